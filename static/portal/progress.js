// Long work on a page: asks how far it is and draws it, and loads the page again when the state has changed.
(() => {
    "use strict";
    const PAUSE = 1000;
    for (const block of document.querySelectorAll("[data-progress]")) {
        const state = block.dataset.state;
        const draw = (told) => {
            for (const part of block.querySelectorAll("[data-number]")) {
                part.textContent = told[part.dataset.number].toLocaleString("en");
            }
            for (const part of block.querySelectorAll("[data-percent]")) {
                part.style.width = `${told[part.dataset.percent]}%`;
            }
        };
        const ask = async () => {
            try {
                const answer = await fetch(block.dataset.progress, { headers: { Accept: "application/json" } });
                if (answer.ok) {
                    const told = await answer.json();
                    if (told.state !== state) {
                        location.reload();
                        return;
                    }
                    draw(told);
                }
            } catch {
                // The next question may be answered again.
            }
            setTimeout(ask, PAUSE);
        };
        setTimeout(ask, PAUSE);
    }
})();
