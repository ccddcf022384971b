// Buttons that copy a sentence: data-copy is what is copied, data-done what the button says afterwards.
(() => {
    "use strict";
    async function copy(text) {
        if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
        const area = document.createElement("textarea");
        area.value = text;
        area.className = "pp-offscreen";
        document.body.append(area);
        area.select();
        document.execCommand("copy");
        area.remove();
        return undefined;
    }
    document.addEventListener("click", async (event) => {
        const button = event.target.closest("[data-copy]");
        if (!button) return;
        try { await copy(button.dataset.copy); } catch { return; }
        button.classList.add("pp-copied");
        button.title = button.dataset.done;
        setTimeout(() => button.classList.remove("pp-copied"), 1500);
    });
})();
