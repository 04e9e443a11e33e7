import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import "./styles/tokens.css";
import "./styles/elements.css";
import "./styles/layout.css";
import "./ui/ui.css";

// `pages/debug.html` is where the playground has always been.
if (location.pathname.endsWith("/pages/debug.html") && !location.hash)
  history.replaceState(null, "", "#/playground");

const root = document.getElementById("root");
if (root) createRoot(root).render(<App />);
