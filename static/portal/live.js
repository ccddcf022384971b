// Puts fresh numbers in place every few seconds while somebody looks; says so when they stop coming.
(() => {
    "use strict";
    const place = document.getElementById("pp-live");
    const stale = document.getElementById("pp-stale");
    if (!place) return;
    const pause = Number(place.dataset.seconds) * 1000;
    async function refresh() {
        if (!document.hidden) {
            try {
                const answer = await fetch(place.dataset.url, { headers: { Accept: "text/html" } });
                if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
                place.innerHTML = await answer.text();
                stale.hidden = true;
            } catch {
                stale.hidden = false;
            }
        }
        setTimeout(refresh, pause);
    }
    setTimeout(refresh, pause);
})();
