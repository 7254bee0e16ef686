// Drives the dialog that shows while the circuit is lost. The framework sets the state; what is shown for it is in app.css.
const dialog = document.getElementById("components-reconnect-modal");

// A console on a wall has nobody to press a button: after the framework has given up, it goes on trying.
const pause = 5000;
let next = 0;

async function resume() {
  try {
    if (!(await Blazor.resumeCircuit())) {
      location.reload();
    }
  } catch {
    location.reload();
  }
}

async function retry() {
  stopWaiting();
  try {
    if (!(await Blazor.reconnect())) {
      await resume(); // The server answered and no longer knows this circuit.
    }
  } catch {
    wait(); // The server did not answer.
  }
}

function wait() {
  stopWaiting();
  document.addEventListener("visibilitychange", retryWhenSeen);
  next = setTimeout(retry, pause);
}

function stopWaiting() {
  document.removeEventListener("visibilitychange", retryWhenSeen);
  clearTimeout(next);
}

function retryWhenSeen() {
  if (document.visibilityState === "visible") {
    retry();
  }
}

dialog.addEventListener("components-reconnect-state-changed", (event) => {
  switch (event.detail.state) {
    case "show":
      dialog.showModal();
      break;
    case "hide":
      stopWaiting();
      dialog.close();
      break;
    case "failed":
      wait();
      break;
    case "rejected":
      location.reload();
      break;
  }
});
document.getElementById("reconnect-retry").addEventListener("click", retry);
document.getElementById("reconnect-resume").addEventListener("click", resume);
document.getElementById("reconnect-reload").addEventListener("click", () => location.reload());
