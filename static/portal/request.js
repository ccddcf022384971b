// Requests: sending back asks for a reason first (chips or text); names are called by a click.
// Keys: A approves, R sends back, J and K go to the next and the one before.
(() => {
    "use strict";
    for (const form of document.querySelectorAll("[data-decide]")) {
        const why = form.querySelector(".pp-why");
        const text = why.querySelector("textarea");
        form.querySelector("[value=reject]").addEventListener("click", (event) => {
            if (!why.hidden && text.value.trim()) return;
            event.preventDefault();
            why.hidden = false;
            text.focus();
        });
        why.addEventListener("click", (event) => {
            const reason = event.target.dataset.reason;
            if (reason) text.value = text.value.trim() ? `${text.value.trim()}; ${reason}` : reason;
        });
    }
    const opener = document.getElementById("pp-hand-over-open");
    opener?.addEventListener("click", () => {
        const form = document.getElementById("pp-hand-over");
        form.hidden = !form.hidden;
        opener.setAttribute("aria-expanded", String(!form.hidden));
        if (!form.hidden) form.querySelector("select").focus();
    });
    const comment = document.getElementById("pp-comment");
    comment?.addEventListener("click", (event) => {
        const name = event.target.dataset.mention;
        if (!name) return;
        const text = comment.elements.text;
        text.value = `${text.value}${text.value && !/\s$/.test(text.value) ? " " : ""}@${name} `;
        text.focus();
    });
    comment?.elements.files.addEventListener("change", (event) => {
        const names = [...event.target.files].map((file) => file.name);
        document.getElementById("pp-files").textContent = names.join(", ");
    });
    document.addEventListener("keydown", (event) => {
        if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
        document.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`)?.click();
    });
})();
