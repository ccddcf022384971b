// A pick list that draws itself over its select says the select's label, which its own markup leaves out.
(() => {
    "use strict";
    function name() {
        for (const select of document.querySelectorAll("select.select2-hidden-accessible")) {
            const drawn = select.nextElementSibling;
            const label = select.id ? document.querySelector(`label[for="${CSS.escape(select.id)}"]`) : null;
            const words = (label?.textContent || select.getAttribute("aria-label") || "").trim();
            if (!words || !drawn || drawn.dataset.named) continue;
            drawn.dataset.named = "1";
            for (const part of drawn.querySelectorAll(".select2-selection, [role=textbox], input")) {
                part.removeAttribute("aria-labelledby");
                part.setAttribute("aria-label", words);
            }
        }
    }
    window.addEventListener("load", () => {
        name();
        new MutationObserver(name).observe(document.body, { childList: true, subtree: true });
    });
})();
