/* A page opened from a disk (file://): a link to a folder opens the page in it, as a web server would. No module,
   because browsers load none from a disk. */
if (location.protocol === "file:") {
  document.documentElement.classList.add("from-disk");
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (link && link.protocol === "file:" && link.pathname.endsWith("/")) link.pathname += "index.html";
  }, true);
}
