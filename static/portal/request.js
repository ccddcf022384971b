// Sending back asks for a reason first: chips or text. Keys: A approves, R sends back.
(() => {
    "use strict";
    const form = document.getElementById("pp-decide");
    if (!form) return;
    const text = document.getElementById("pp-reason");
    const chips = document.getElementById("pp-reasons");
    const reject = form.querySelector("[value=reject]");
    const ask = () => {
        chips.hidden = text.hidden = false;
        form.querySelector("label[for=pp-reason]").hidden = false;
        text.focus();
    };
    reject.addEventListener("click", (event) => {
        if (text.hidden || !text.value.trim()) { event.preventDefault(); ask(); }
    });
    chips.addEventListener("click", (event) => {
        const reason = event.target.dataset.reason;
        if (reason) text.value = text.value.trim() ? `${text.value.trim()}; ${reason}` : reason;
    });
    document.addEventListener("keydown", (event) => {
        if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
        form.querySelector(`[data-key="${event.key.toLowerCase()}"]`)?.click();
    });
})();
