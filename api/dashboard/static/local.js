// Times in the reader's own zone and language: <time data-local datetime="…"> holds them in UTC.
// A classic script at the end of the page, so that they stand before the page is first drawn.
(() => {
  const whole = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
  const named = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });
  for (const time of document.querySelectorAll("time[data-local]")) {
    const at = new Date(time.dateTime);
    if (Number.isNaN(at.valueOf())) continue;
    time.textContent = whole.format(at);
    time.title = `${named.format(at)} (${time.dateTime.slice(0, 16).replace("T", " ")} UTC)`;
  }
})();
