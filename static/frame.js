// What a figure in a frame of another site tells the page around it: how high it is, whenever that changes. It tells
// nothing else, listens to nothing and keeps nothing.
"use strict";

new ResizeObserver(() => {
  const height = Math.ceil(document.body.getBoundingClientRect().height);
  parent.postMessage({ tallystick: { height } }, "*");
}).observe(document.body);
