// The members of an event: one tick for all, and how many a step will reach.
(() => {
    "use strict";
    const all = document.getElementById("pe-all");
    const ticks = [...document.querySelectorAll("input[name=member]")];
    const told = document.getElementById("pe-chosen");
    if (!all || !told) return;
    const tell = () => {
        const chosen = ticks.filter((tick) => tick.checked).length;
        all.checked = chosen > 0 && chosen === ticks.length;
        all.indeterminate = chosen > 0 && chosen < ticks.length;
        told.textContent = chosen ? told.dataset.some.replace("#", chosen) : told.dataset.none;
    };
    all.addEventListener("change", () => {
        for (const tick of ticks) tick.checked = all.checked;
        tell();
    });
    for (const tick of ticks) tick.addEventListener("change", tell);
    tell();
})();
