/* SPDX-License-Identifier: MIT */
/* Renews a page that changes while somebody looks at it. Without it the page says the same, and is renewed by hand.
   Nothing is replaced under a reader's hands: not while the focus is inside, and what was unfolded stays so. */
(function () {
  "use strict";
  const seconds = 10;
  let paused = false, busy = false;

  function unfold(fresh, old) {
    const opened = old.querySelectorAll("details");
    fresh.querySelectorAll("details").forEach(function (details, n) {
      details.open = opened[n] !== undefined && opened[n].open;
    });
  }
  function show(text) {
    const page = new DOMParser().parseFromString(text, "text/html");
    for (const part of ["main", "#as-of"]) {
      const fresh = page.querySelector(part), old = document.querySelector(part);
      if (fresh === null || old === null) return;
      if (fresh.innerHTML === old.innerHTML) continue;
      unfold(fresh, old);
      old.replaceWith(document.adoptNode(fresh));
    }
    document.title = page.title;
    const icon = page.querySelector("link[rel=icon]");
    if (icon !== null) document.querySelector("link[rel=icon]").href = icon.href;
  }
  async function renew() {
    const reading = document.querySelector("main").contains(document.activeElement);
    if (paused || busy || reading || document.hidden) return;
    busy = true;
    try {
      const answer = await fetch(location.href, { cache: "no-cache" });
      if (answer.ok) show(await answer.text());
    } catch (error) {
      /* The next time, perhaps. */
    }
    busy = false;
  }
  function say(place, button) {
    place.firstChild.data = paused ? "Does not renew itself. " : "Renews itself every " + seconds + " seconds. ";
    button.textContent = paused ? "Go on" : "Pause";
  }
  function start() {
    const place = document.createElement("span"), button = document.createElement("button");
    place.className = "by-script";
    place.append("", button);
    button.type = "button";
    button.addEventListener("click", function () {
      paused = !paused;
      say(place, button);
    });
    say(place, button);
    document.querySelector("#as-of").after(place);
    setInterval(renew, 1000 * seconds);
  }
  start();
})();
