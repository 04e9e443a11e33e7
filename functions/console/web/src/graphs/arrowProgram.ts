// How sigma draws an edge: a bent, dashed or straight line with an arrow head, or a loop, all by one shader.
// What belongs here: the shape. What does not: which edge has which (`drawing`).
import type Sigma from "sigma";
import { EdgeProgram, type ProgramInfo } from "sigma/rendering";
import type { EdgeDisplayData, NodeDisplayData, RenderParams } from "sigma/types";
import { floatColor } from "sigma/utils";
import { FRAGMENT, VERTEX } from "./arrowShaders";

export interface DrawnEdge extends EdgeDisplayData {
  curvature: number;
  /** Length of a dash and its gap in pixels; 0: none. */
  dash: number;
}

const UNIFORMS = ["u_matrix", "u_size", "u_sizeRatio"] as const;
const PIECES = 16; // of a bent line
const { FLOAT, UNSIGNED_BYTE, TRIANGLE_STRIP } = WebGL2RenderingContext;

const BODY = 0;
const HEAD = 1;
const TIP = 2;

/** A strip along the edge, two vertices at each place: where it is on the line, its side, its part. */
const STRIP: number[][] = [
  ...Array.from({ length: PIECES + 1 }, (_, at) => [at / PIECES, BODY]),
  [1, HEAD],
  [1, TIP],
].flatMap(([along = 0, part = BODY]) => [
  [along, -1, part],
  [along, 1, part],
]);

export class ArrowProgram extends EdgeProgram<(typeof UNIFORMS)[number]> {
  /** Without a painting for pointers, see `unpicked`. */
  constructor(gl: WebGLRenderingContext, _picking: WebGLFramebuffer | null, renderer: Sigma) {
    super(gl, null, renderer);
  }

  override getDefinition() {
    return {
      VERTICES: STRIP.length,
      VERTEX_SHADER_SOURCE: VERTEX,
      FRAGMENT_SHADER_SOURCE: FRAGMENT,
      METHOD: TRIANGLE_STRIP,
      UNIFORMS,
      ATTRIBUTES: [
        { name: "a_source", size: 3, type: FLOAT },
        { name: "a_target", size: 3, type: FLOAT },
        { name: "a_look", size: 3, type: FLOAT },
        { name: "a_color", size: 4, type: UNSIGNED_BYTE, normalized: true },
      ],
      CONSTANT_ATTRIBUTES: [{ name: "a_strip", size: 3, type: FLOAT }],
      CONSTANT_DATA: STRIP,
    };
  }

  override processVisibleItem(
    _id: number,
    start: number,
    source: NodeDisplayData,
    target: NodeDisplayData,
    data: EdgeDisplayData,
  ): void {
    const { curvature, dash } = data as DrawnEdge;
    const numbers = [source.x, source.y, source.size, target.x, target.y, target.size];
    numbers.push(data.size, curvature, dash, floatColor(data.color));
    this.array.set(numbers, start);
  }

  override setUniforms(params: RenderParams, { gl, uniformLocations: at }: ProgramInfo): void {
    gl.uniformMatrix3fv(at.u_matrix ?? null, false, params.matrix);
    gl.uniform2f(at.u_size ?? null, params.width, params.height);
    gl.uniform1f(at.u_sizeRatio ?? null, params.sizeRatio);
  }
}
