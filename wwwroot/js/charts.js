// Says what the lines of a chart stand at under the pointer. The points are read from the drawing itself, so it is always the newest.
const note = document.createElement("div");
note.className = "source-note number";
note.hidden = true;
note.setAttribute("aria-hidden", "true"); // The figures beside the chart say the same in words.
document.body.append(note);

function valuesAt(svg, share) {
  const { width, height } = svg.viewBox.baseVal;
  return [...svg.querySelectorAll("polyline")].map((line) => {
    const points = line.points;
    const at = points.getItem(Math.round(share * (points.numberOfItems - 1)));
    const value = Math.max(0, ((height - at.y) / height) * Number(svg.dataset.top));
    return { name: line.dataset.name, value, ago: Math.round((1 - at.x / width) * Number(svg.dataset.seconds)) };
  });
}

document.addEventListener("pointermove", (event) => {
  const svg = event.target instanceof Element ? event.target.closest("svg[data-top]") : null;
  if (!svg) {
    note.hidden = true;
    return;
  }
  const box = svg.getBoundingClientRect();
  const values = valuesAt(svg, Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)));
  const ago = values[0]?.ago ?? 0;
  const when = ago < 5 ? "now" : `${Math.floor(ago / 60)}:${String(ago % 60).padStart(2, "0")} ago`;
  note.textContent = `${when} · ${values.map(({ name, value }) => `${name} ${value.toFixed(value < 100 ? 1 : 0)}`).join(" · ")} tokens/s`;
  note.hidden = false;
  note.style.left = `${Math.min(event.clientX + 12, document.documentElement.clientWidth - note.offsetWidth - 8)}px`;
  note.style.top = `${box.top - note.offsetHeight - 6}px`;
});
