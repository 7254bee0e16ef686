// Drives the dialog that shows while the circuit is lost. The framework sets the state; what is shown for it is in app.css.
const dialog = document.getElementById("components-reconnect-modal");

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
  document.removeEventListener("visibilitychange", retryWhenSeen);
  try {
    if (!(await Blazor.reconnect())) {
      await resume(); // The server answered and no longer knows this circuit.
    }
  } catch {
    document.addEventListener("visibilitychange", retryWhenSeen); // The server did not answer.
  }
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
      dialog.close();
      break;
    case "failed":
      document.addEventListener("visibilitychange", retryWhenSeen);
      break;
    case "rejected":
      location.reload();
      break;
  }
});
document.getElementById("reconnect-retry").addEventListener("click", retry);
document.getElementById("reconnect-resume").addEventListener("click", resume);
document.getElementById("reconnect-reload").addEventListener("click", () => location.reload());
