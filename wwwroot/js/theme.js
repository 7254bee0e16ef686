// Light or dark: the system's wish until a person chooses, then the choice, kept in this browser.
(() => {
  const key = "token-factory-theme";
  const system = matchMedia("(prefers-color-scheme: dark)");

  const stored = () => {
    try {
      return localStorage.getItem(key);
    } catch {
      return null; // Storage may be forbidden; the choice then lasts as long as the page.
    }
  };
  const isDark = () => (stored() ?? (system.matches ? "dark" : "light")) === "dark";
  const apply = (dark) => document.documentElement.setAttribute("data-theme", dark ? "dark" : "light");

  window.tokenFactoryTheme = {
    isDark,
    choose(dark) {
      try {
        localStorage.setItem(key, dark ? "dark" : "light");
      } catch {
        // See stored().
      }
      apply(dark);
    },
    watch(listener) {
      const onChange = () => {
        if (stored() === null) {
          apply(system.matches);
          listener.invokeMethodAsync("OnSystemTheme", system.matches);
        }
      };
      system.addEventListener("change", onChange);
      return { stop: () => system.removeEventListener("change", onChange) };
    },
  };
  apply(isDark());
})();
