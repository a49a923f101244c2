// Writes the outlines of Connecticut's eight counties (Census boundaries of 2017) from the TopoJSON of us-atlas as
// one small file: {"code": [[longitude, latitude], …], …}, to four decimals, about ten metres.
import { readFileSync, writeFileSync } from "node:fs";

const [source, target] = process.argv.slice(2);
const topology = JSON.parse(readFileSync(source, "utf8"));
const { scale, translate } = topology.transform;
const arcs = topology.arcs.map((arc) => {
  let x = 0, y = 0;
  return arc.map(([dx, dy]) => [(x += dx) * scale[0] + translate[0], (y += dy) * scale[1] + translate[1]]);
});
const ring = (indexes) =>
  indexes.flatMap((i, n) => {
    const points = i < 0 ? [...arcs[~i]].reverse() : arcs[i];
    return n === 0 ? points : points.slice(1);
  });
const counties = {};
for (const g of topology.objects.counties.geometries) {
  if (!String(g.id).startsWith("09")) continue;
  const code = g.properties.name.toLowerCase().replaceAll(" ", "-");
  counties[code] = ring(g.arcs[0]).map(([x, y]) => [Number(x.toFixed(4)), Number(y.toFixed(4))]);
}
const sorted = Object.fromEntries(Object.entries(counties).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(target, JSON.stringify(sorted) + "\n");
