/* SPDX-License-Identifier: MIT */
/* What a script adds to a page that needs none: it is renewed while somebody looks at it, says so when that does not
   succeed, and each time tells what the visitor's own clock shows then. Nothing is replaced under a reader's hands: not
   while the focus is inside, and what was unfolded stays so. */
(function () {
  "use strict";
  const OLD = 5 * 60 * 1000; // from where on what a page says is called old
  const seconds = Number(document.querySelector("main").dataset.renews);
  let paused = false, busy = false;

  function unfold(fresh, old) {
    // By name where they have one: which of them are there may change.
    const opened = old.querySelectorAll("details:not([id])");
    fresh.querySelectorAll("details:not([id])").forEach(function (details, n) {
      details.open = opened[n] !== undefined && opened[n].open;
    });
    for (const details of fresh.querySelectorAll("details[id]"))
      details.open = old.querySelector("#" + details.id + "[open]") !== null;
  }
  function tell_local_times() {
    const format = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
    for (const time of document.querySelectorAll("time[datetime]"))
      time.title = format.format(new Date(time.dateTime)) + " by your clock";
  }
  /* Text in a line of its own that is read out, once for each change; empty, it is gone. */
  function read_out(id, name, text) {
    let line = document.getElementById(id);
    if (line === null) {
      line = document.createElement("p");
      line.id = id;
      line.setAttribute("role", "status");
      document.querySelector("header").after(line);
    }
    line.className = text === "" ? "hidden" : name;
    if (line.textContent !== text) line.textContent = text;
  }
  function judge(reached) {
    const told = document.querySelector("#as-of time");
    const age = told === null ? 0 : Date.now() - Date.parse(told.dateTime);
    let text = "";
    if (age >= OLD) text = "What this page says is " + Math.round(age / 60000) + " minutes old: nothing newer could be had.";
    else if (!reached) text = "This page could not be renewed just now.";
    read_out("stale", "notice", text);
  }
  function show(text) {
    const page = new DOMParser().parseFromString(text, "text/html");
    const before = document.querySelector("h1").textContent;
    for (const part of ["main", "#as-of"]) {
      const fresh = page.querySelector(part), old = document.querySelector(part);
      if (fresh === null || old === null) return;
      if (fresh.innerHTML === old.innerHTML) continue;
      unfold(fresh, old);
      old.replaceWith(document.adoptNode(fresh));
    }
    const after = document.querySelector("h1").textContent;
    if (after !== before) read_out("news", "hidden", after);
    document.title = page.title;
    const icon = page.querySelector("link[rel=icon]");
    if (icon !== null) document.querySelector("link[rel=icon]").href = icon.href;
    tell_local_times();
  }
  async function renew() {
    const reading = document.querySelector("main").contains(document.activeElement);
    if (paused || busy || reading || document.hidden) return;
    busy = true;
    let reached = false;
    try {
      const answer = await fetch(location.href, { cache: "no-cache" });
      if (answer.ok) {
        reached = true;
        show(await answer.text());
      }
    } catch (error) {
      /* The next time, perhaps. */
    }
    judge(reached);
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
    tell_local_times();
    judge(true);
  }
  start();
})();
