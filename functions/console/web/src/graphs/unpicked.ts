// Sigma's own programs without their second painting, in which every thing has a colour of its own for pointers to
// be found by (`hits` finds them by their places), and none where a picture needs none: each is compiled while the
// page waits.
import type Sigma from "sigma";
import {
  AbstractEdgeProgram,
  AbstractNodeProgram,
  EdgeTriangleProgram,
  NodeCircleProgram,
} from "sigma/rendering";

export class CircleProgram extends NodeCircleProgram {
  constructor(gl: WebGLRenderingContext, _picking: WebGLFramebuffer | null, renderer: Sigma) {
    super(gl, null, renderer);
  }
}

/** Edges of a large graph that are not lit: three corners each, pointed at their target. */
export class WedgeProgram extends EdgeTriangleProgram {
  constructor(gl: WebGLRenderingContext, _picking: WebGLFramebuffer | null, renderer: Sigma) {
    super(gl, null, renderer);
  }
}

export class NoNodeProgram extends AbstractNodeProgram {
  override readonly drawLabel = undefined;
  override readonly drawHover = undefined;
  override process(): void {}
  override reallocate(): void {}
  override render(): void {}
  override kill(): void {}
}

export class NoEdgeProgram extends AbstractEdgeProgram {
  override readonly drawLabel = undefined;
  override process(): void {}
  override reallocate(): void {}
  override render(): void {}
  override kill(): void {}
}
