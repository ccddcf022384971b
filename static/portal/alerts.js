// Open alerts, put in place again every few seconds while somebody looks; the focus stays where it was.
(() => {
    "use strict";
    const place = document.getElementById("pi-alerts");
    if (!place) return;
    const pause = Number(place.dataset.seconds) * 1000;
    const show = () => { place.hidden = !place.querySelector("[data-alert]"); };
    async function refresh() {
        if (!document.hidden) {
            try {
                const answer = await fetch(place.dataset.url, { headers: { Accept: "text/html" } });
                if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
                const held = place.contains(document.activeElement) ? document.activeElement.id : "";
                place.innerHTML = await answer.text();
                if (held) document.getElementById(held)?.focus({ preventScroll: true });
                show();
            } catch { /* the board beside it says that the portal does not answer */ }
        }
        setTimeout(refresh, pause);
    }
    show();
    setTimeout(refresh, pause);
})();
