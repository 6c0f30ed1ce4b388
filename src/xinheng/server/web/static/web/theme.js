// Runs before the first paint, so that a page chosen dark never flashes light. Everything else waits (xinheng.js).
{
  const chosen = localStorage.getItem("theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
}
