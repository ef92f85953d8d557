/* Stands only in the small pages that old addresses lead to: on to where the page is now, the fragment kept. */
const moved = document.querySelector("a[href]");
if (location.protocol === "file:") moved.pathname += "index.html";
location.replace(moved.href + location.hash);
