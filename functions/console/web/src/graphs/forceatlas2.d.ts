// The step that graphology-layout-forceatlas2 makes of a layout; the package has types only for its own worker,
// which it starts from a blob: URL, and the console's Content-Security-Policy allows none.
declare module "graphology-layout-forceatlas2/iterate.js" {
  interface Settings {
    linLogMode: boolean;
    outboundAttractionDistribution: boolean;
    adjustSizes: boolean;
    edgeWeightInfluence: number;
    scalingRatio: number;
    strongGravityMode: boolean;
    gravity: number;
    slowDown: number;
    barnesHutOptimize: boolean;
    barnesHutTheta: number;
  }
  /** `nodes`: ten numbers each (x, y, dx, dy, old dx, old dy, mass, convergence, size, is fixed). `edges`: three
   * (source and target as places in `nodes`, weight). Both are changed. */
  export default function iterate(settings: Settings, nodes: Float32Array, edges: Float32Array): object;
}
