// Times are typed as text, 2026-11-10 20:00, so that they read the same in every browser; the button opens its calendar.
(() => {
    "use strict";
    function enhance(input) {
        if (input.dataset.enhanced || input.closest("template")) return;
        input.dataset.enhanced = "1";
        const box = document.createElement("span");
        box.className = "pp-moment";
        input.replaceWith(box);
        const native = Object.assign(document.createElement("input"), { type: "datetime-local", className: "pp-moment-native", tabIndex: -1 });
        native.setAttribute("aria-hidden", "true");
        const button = Object.assign(document.createElement("button"), { type: "button" });
        const label = box.parentElement;
        const icon = Object.assign(document.createElement("span"), { className: "material-symbols-outlined", textContent: "calendar_month" });
        icon.setAttribute("aria-hidden", "true");
        button.append(icon);
        box.append(input, native, button);
        const named = input.id ? document.querySelector(`label[for="${CSS.escape(input.id)}"]`) : null;
        const field = named || label?.closest("label, .pp-field, .form-row, .field-row")?.querySelector("label, .pp-label, .pp-field-label");
        button.setAttribute("aria-label", (field || label?.querySelector(".pp-label"))?.textContent.trim() || "2026-11-10 20:00");
        button.addEventListener("click", () => {
            const typed = input.value.trim().match(/^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d)/);
            native.value = typed ? `${typed[1]}T${typed[2]}` : "";
            native.showPicker();
        });
        for (const name of ["input", "change"]) {
            native.addEventListener(name, (event) => {
                event.stopPropagation();
                if (!native.value) return;
                input.value = native.value.slice(0, 16).replace("T", " ");
                input.dispatchEvent(new Event(name, { bubbles: true }));
            });
        }
    }
    const all = () => document.querySelectorAll("input[data-moment]").forEach(enhance);
    function start() {
        all();
        new MutationObserver(all).observe(document.body, { childList: true, subtree: true });
    }
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
    else start();
})();
