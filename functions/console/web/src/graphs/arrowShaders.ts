// The shaders of an edge. All of it is worked out in the page's pixels, so that dashes and heads keep their size.

export const VERTEX = /* glsl */ `
attribute vec3 a_source;  // place and size
attribute vec3 a_target;
attribute vec3 a_look;    // thickness, curvature, dash
attribute vec4 a_color;
attribute vec3 a_strip;   // how far along, which side, which part: 0 line, 1 foot of the head, 2 its tip

uniform mat3 u_matrix;
uniform vec2 u_size;
uniform float u_sizeRatio;

varying vec4 v_color;
varying float v_along;
varying float v_across;
varying float v_half;
varying float v_dash;

const float FEATHER = 0.8;
const float bias = 255.0 / 254.0;

vec2 pixels(vec2 place) {
  return (u_matrix * vec3(place, 1.0)).xy * u_size * 0.5;
}

void main() {
  vec2 source = pixels(a_source.xy);
  vec2 target = pixels(a_target.xy);
  float width = max(a_look.x / u_sizeRatio, 1.0);
  float head = 2.6 + 1.5 * width;
  float gap = a_target.z / u_sizeRatio + 1.0;
  vec2 way = target - source;
  vec2 side = vec2(-way.y, way.x);
  vec2 bend = way * 0.5 + side * a_look.y;
  vec2 first = source + bend * 2.0 / 3.0;
  vec2 second = target - (way - bend) * 2.0 / 3.0;
  if (dot(way, way) < 1.0) {
    float reach = 3.0 * gap + 14.0;
    first = source + vec2(-0.8, 1.0) * reach;
    second = target + vec2(0.8, 1.0) * reach;
  }
  vec2 into = normalize(target - second + vec2(0.0001, 0.0));
  vec2 tip = target - into * gap;
  vec2 foot = tip - into * head * 2.0;

  float t = a_strip.x;
  float u = 1.0 - t;
  vec2 at = u * u * u * source + 3.0 * u * u * t * first + 3.0 * u * t * t * second + t * t * t * foot;
  vec2 along = u * u * (first - source) + 2.0 * u * t * (second - first) + t * t * (foot - second);
  vec2 forward = normalize(along + vec2(0.0001, 0.0));
  float half_ = width * 0.5;
  v_dash = a_look.z;
  if (a_strip.z > 0.5) {
    forward = into;
    v_dash = 0.0;
    half_ = a_strip.z > 1.5 ? 0.0 : head;
    at = a_strip.z > 1.5 ? tip : foot;
  }
  float reach = half_ + FEATHER;
  vec2 place = at + vec2(-forward.y, forward.x) * a_strip.y * reach;
  gl_Position = vec4(place / u_size * 2.0, 0.0, 1.0);
  v_across = a_strip.y * reach;
  v_half = half_;
  v_along = t * (length(way) + length(first - source) + length(second - first) + length(foot - second)) * 0.5;

  v_color = a_color;
  v_color.a *= bias;
}
`;

export const FRAGMENT = /* glsl */ `
precision mediump float;
varying vec4 v_color;
varying float v_along;
varying float v_across;
varying float v_half;
varying float v_dash;

void main() {
  if (v_dash > 0.0 && mod(v_along, v_dash) > v_dash * 0.6) discard;
  float cover = 1.0 - smoothstep(v_half - 0.4, v_half + 0.8, abs(v_across));
  gl_FragColor = mix(vec4(0.0), v_color, cover);
}
`;
