// The fragment of a link survives signing in and a first choice of a password: browsers keep it as far as the sign-in page and drop it when
// that page's form is sent.
// This runs before the circuit starts, which tells the server the page's address.
{
  const key = "tf-fragment";
  if (/\/(signin|account\/password)$/.test(location.pathname)) {
    if (location.hash) {
      sessionStorage.setItem(key, location.hash);
    }
  } else {
    const kept = sessionStorage.getItem(key);
    sessionStorage.removeItem(key);
    if (kept && !location.hash) {
      history.replaceState(history.state, "", location.href + kept);
    }
  }
}
