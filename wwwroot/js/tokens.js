// The token view: pointing at, tapping or reaching a token by keys chooses it, which the page hears of as the event "tokenpick".
Blazor.registerCustomEventType("tokenpick", { createEventArgs: (event) => ({ index: event.detail }) });

const dwell = 60; // Milliseconds that a pointer rests before what is under it counts.
let resting = 0;

const chipOf = (event) => (event.target instanceof Element ? event.target.closest("[data-tokens] [data-token]") : null);

function pick(chip) {
  clearTimeout(resting);
  if (chip.isConnected) {
    chip.dispatchEvent(new CustomEvent("tokenpick", { bubbles: true, detail: Number(chip.dataset.token) }));
  }
}

document.addEventListener("pointerover", (event) => {
  clearTimeout(resting);
  const chip = chipOf(event);
  if (chip && event.pointerType === "mouse") {
    resting = setTimeout(() => pick(chip), dwell);
  }
});

// A tap does not focus a button in every browser.
document.addEventListener("click", (event) => {
  const chip = chipOf(event);
  if (chip) {
    pick(chip);
  }
});

document.addEventListener("focusin", (event) => {
  const chip = chipOf(event);
  if (chip) {
    pick(chip);
  }
});

// The chip of the line above or below that is nearest to this one.
function vertical(chips, chip, direction) {
  const here = chip.getBoundingClientRect();
  const middle = here.left + here.width / 2;
  const line = (rect) => (direction > 0 ? rect.top - here.bottom : here.top - rect.bottom);
  let best = null;
  let least = Infinity;
  for (const other of chips) {
    const rect = other.getBoundingClientRect();
    const away = line(rect);
    const distance = away < -4 ? Infinity : away * 1000 + Math.abs(rect.left + rect.width / 2 - middle);
    if (other !== chip && distance < least) {
      best = other;
      least = distance;
    }
  }
  return best;
}

function neighbour(chips, chip, key) {
  const at = chips.indexOf(chip);
  switch (key) {
    case "ArrowRight": return chips[at + 1];
    case "ArrowLeft": return chips[at - 1];
    case "Home": return chips[0];
    case "End": return chips[chips.length - 1];
    case "ArrowDown": return vertical(chips, chip, 1);
    case "ArrowUp": return vertical(chips, chip, -1);
    default: return undefined;
  }
}

document.addEventListener("keydown", (event) => {
  const chip = chipOf(event);
  if (!chip || event.ctrlKey || event.altKey || event.metaKey) {
    return;
  }
  const next = neighbour([...chip.closest("[data-tokens]").querySelectorAll("[data-token]")], chip, event.key);
  if (next !== undefined) {
    event.preventDefault();
    next?.focus();
  }
});
