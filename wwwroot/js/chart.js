// The values under the pointer, or under the cursor that arrow keys move, for every element with data-chart: one time for all strips of
// its chart. The points of a line are the values themselves: x counts points, y is the value; a gap has no point.
const valueAt = (path, index) => path.getAttribute("d").match(new RegExp(`[ML]${index},(-?[\\d.]+)`))?.[1];

const pad = (number) => String(number).padStart(2, "0");
const timeOf = (seconds) => {
  const at = new Date(seconds * 1000);
  return `${pad(at.getHours())}:${pad(at.getMinutes())}:${pad(at.getSeconds())}`;
};

function read(strip, index) {
  const lines = [...strip.querySelectorAll("path[data-name]")].reverse(); // Drawn last is named first.
  return `${lines.map((line) => `${line.dataset.name} ${valueAt(line, index) ?? "–"}`).join(" · ")} ${strip.dataset.unit}`;
}

function show(plot, index) {
  const points = Number(plot.dataset.points);
  const at = Math.min(Math.max(index, 0), points - 1);
  const step = Number(plot.dataset.step);
  const from = Number(plot.dataset.last) - (points - at) * step + 1;
  plot.dataset.at = at;
  const share = at / (points - 1);
  const cursor = plot.querySelector(".cursor");
  cursor.style.left = `${share * 100}%`;
  cursor.hidden = false;
  const readout = plot.querySelector(".readout");
  const strips = [...plot.closest(".chart").querySelectorAll("[data-unit]")];
  readout.textContent = [`${timeOf(from)}–${timeOf(from + step)}`, ...strips.map((strip) => read(strip, at))].join(" · ");
  readout.hidden = false;
  readout.style.left = "0px";
  const room = plot.clientWidth - readout.offsetWidth;
  readout.style.left = `${Math.min(Math.max(0, share * plot.clientWidth - readout.offsetWidth / 2), Math.max(0, room))}px`;
}

function hide(plot) {
  delete plot.dataset.at;
  plot.querySelector(".cursor").hidden = true;
  plot.querySelector(".readout").hidden = true;
}

const find = (event) => (event.target instanceof Element ? event.target.closest("[data-chart]") : null);

document.addEventListener("pointermove", (event) => {
  const plot = find(event);
  if (plot) {
    const box = plot.getBoundingClientRect();
    show(plot, Math.round(((event.clientX - box.left) / box.width) * (Number(plot.dataset.points) - 1)));
  } else {
    document.querySelectorAll("[data-chart][data-at]").forEach((shown) => shown !== document.activeElement && hide(shown));
  }
}, { passive: true });
document.addEventListener("focusin", (event) => {
  const plot = find(event);
  if (plot && plot.matches(":focus-visible")) {
    show(plot, Infinity);
  }
});
document.addEventListener("focusout", (event) => {
  const plot = find(event);
  if (plot) {
    hide(plot);
  }
});
document.addEventListener("keydown", (event) => {
  const plot = find(event);
  const move = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity }[event.key];
  if (plot && move !== undefined) {
    event.preventDefault();
    show(plot, Number(plot.dataset.at ?? 0) + move);
  }
});
