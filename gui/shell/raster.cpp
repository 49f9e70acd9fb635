#include "gui/shell/raster.hpp"

#include <algorithm>
#include <cmath>

namespace orrery::gui {

namespace {

struct Clip {
    int x0, y0, x1, y1;
};

struct Target {
    Picture& picture;
    const ui::Atlas& atlas;
    Clip clip;
};

/// Straight alpha over an opaque ground.
void blend(std::uint8_t* pixel, std::uint32_t colour, std::uint32_t alpha) {
    if (alpha == 0)
        return;
    const std::uint32_t keep = 255 - alpha;
    for (int i = 0; i < 3; ++i) {
        const std::uint32_t source = (colour >> (8 * i)) & 0xFF;
        const std::uint32_t value = source * alpha + pixel[i] * keep;
        pixel[i] = static_cast<std::uint8_t>((value + 127) / 255);
    }
}

std::uint8_t* pixel_at(Picture& picture, int x, int y) {
    return picture.rgba.data() +
           4 * (static_cast<std::size_t>(y) * static_cast<std::size_t>(picture.width) +
                static_cast<std::size_t>(x));
}

/// The atlas between its texels, 0..255.
float texel(const ui::Atlas& atlas, float u, float v) {
    const float x = u * static_cast<float>(atlas.width) - 0.5F;
    const float y = v * static_cast<float>(atlas.height) - 0.5F;
    const float fx = std::floor(x);
    const float fy = std::floor(y);
    const int x0 = std::clamp(static_cast<int>(fx), 0, atlas.width - 1);
    const int y0 = std::clamp(static_cast<int>(fy), 0, atlas.height - 1);
    const int x1 = std::min(x0 + 1, atlas.width - 1);
    const int y1 = std::min(y0 + 1, atlas.height - 1);
    const auto at = [&](int px, int py) {
        return static_cast<float>(
            atlas.alpha[static_cast<std::size_t>(py) * static_cast<std::size_t>(atlas.width) +
                        static_cast<std::size_t>(px)]);
    };
    const float tx = x - fx;
    const float ty = y - fy;
    const float top = at(x0, y0) + (at(x1, y0) - at(x0, y0)) * tx;
    const float low = at(x0, y1) + (at(x1, y1) - at(x0, y1)) * tx;
    return top + (low - top) * ty;
}

std::uint32_t scaled(std::uint32_t alpha, float coverage) {
    return static_cast<std::uint32_t>(static_cast<float>(alpha) * coverage / 255.0F + 0.5F);
}

/// An upright rectangle of one colour. `a` is its low corner, `c` its high one. A pixel belongs to
/// it when its centre does, the low edges included.
void fill_rect(const Target& target, const ImDrawVert& a, const ImDrawVert& c) {
    const int x0 = std::max(target.clip.x0, static_cast<int>(std::ceil(a.pos.x - 0.5F)));
    const int x1 = std::min(target.clip.x1, static_cast<int>(std::ceil(c.pos.x - 0.5F)));
    const int y0 = std::max(target.clip.y0, static_cast<int>(std::ceil(a.pos.y - 0.5F)));
    const int y1 = std::min(target.clip.y1, static_cast<int>(std::ceil(c.pos.y - 0.5F)));
    if (x0 >= x1)
        return;
    const std::uint32_t alpha = a.col >> 24U;
    const bool flat = a.uv.x == c.uv.x && a.uv.y == c.uv.y;
    const float du = flat ? 0 : (c.uv.x - a.uv.x) / (c.pos.x - a.pos.x);
    const float dv = flat ? 0 : (c.uv.y - a.uv.y) / (c.pos.y - a.pos.y);
    const float even = flat ? texel(target.atlas, a.uv.x, a.uv.y) : 0;
    for (int y = y0; y < y1; ++y) {
        std::uint8_t* pixel = pixel_at(target.picture, x0, y);
        const float v = a.uv.y + (static_cast<float>(y) + 0.5F - a.pos.y) * dv;
        for (int x = x0; x < x1; ++x, pixel += 4) {
            if (flat) {
                blend(pixel, a.col, scaled(alpha, even));
                continue;
            }
            const float u = a.uv.x + (static_cast<float>(x) + 0.5F - a.pos.x) * du;
            blend(pixel, a.col, scaled(alpha, texel(target.atlas, u, v)));
        }
    }
}

// --- triangles
// ------------------------------------------------------------------------------------

constexpr int grid = 16; ///< steps in a pixel

struct Corner {
    std::int64_t x, y; ///< in steps
};

Corner snapped(const ImDrawVert& vertex) {
    return {static_cast<std::int64_t>(std::floor(vertex.pos.x * grid + 0.5F)),
            static_cast<std::int64_t>(std::floor(vertex.pos.y * grid + 0.5F))};
}

std::int64_t cross(Corner a, Corner b, Corner p) {
    return (b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x);
}

/// Of a clockwise triangle (y down): a pixel's centre right on this edge is inside.
bool owns_edge(Corner a, Corner b) {
    return b.y < a.y || (b.y == a.y && b.x > a.x);
}

std::uint32_t channel(const ImDrawVert* const v[3], const float w[3], int shift) {
    float sum = 0;
    for (int i = 0; i < 3; ++i)
        sum += static_cast<float>((v[i]->col >> shift) & 0xFFU) * w[i];
    return static_cast<std::uint32_t>(sum + 0.5F) & 0xFFU;
}

struct Shader {
    const ImDrawVert* v[3];
    bool one_colour;
    bool one_texel;
    float even;
};

void shade(const Target& target, const Shader& shader, std::uint8_t* pixel, const float w[3]) {
    const ImDrawVert* const* v = shader.v;
    std::uint32_t colour = v[0]->col;
    if (!shader.one_colour)
        colour = channel(v, w, 0) | (channel(v, w, 8) << 8U) | (channel(v, w, 16) << 16U) |
                 (channel(v, w, 24) << 24U);
    float coverage = shader.even;
    if (!shader.one_texel) {
        const float u = v[0]->uv.x * w[0] + v[1]->uv.x * w[1] + v[2]->uv.x * w[2];
        const float t = v[0]->uv.y * w[0] + v[1]->uv.y * w[1] + v[2]->uv.y * w[2];
        coverage = texel(target.atlas, u, t);
    }
    blend(pixel, colour, scaled(colour >> 24U, coverage));
}

void fill_triangle(const Target& target, const ImDrawVert& va, const ImDrawVert& vb,
                   const ImDrawVert& vc) {
    const ImDrawVert* v[3] = {&va, &vb, &vc};
    Corner p[3] = {snapped(va), snapped(vb), snapped(vc)};
    std::int64_t area = cross(p[0], p[1], p[2]);
    if (area == 0)
        return;
    if (area < 0) {
        std::swap(p[1], p[2]);
        std::swap(v[1], v[2]);
        area = -area;
    }
    const auto low = [](std::int64_t a, std::int64_t b, std::int64_t c) {
        return static_cast<int>(std::min({a, b, c}) / grid) - 1;
    };
    const auto high = [](std::int64_t a, std::int64_t b, std::int64_t c) {
        return static_cast<int>(std::max({a, b, c}) / grid) + 2;
    };
    const int x0 = std::max(target.clip.x0, low(p[0].x, p[1].x, p[2].x));
    const int x1 = std::min(target.clip.x1, high(p[0].x, p[1].x, p[2].x));
    const int y0 = std::max(target.clip.y0, low(p[0].y, p[1].y, p[2].y));
    const int y1 = std::min(target.clip.y1, high(p[0].y, p[1].y, p[2].y));
    if (x0 >= x1 || y0 >= y1)
        return;
    Shader shader{{v[0], v[1], v[2]}, false, false, 0};
    shader.one_colour = v[0]->col == v[1]->col && v[0]->col == v[2]->col;
    shader.one_texel = v[0]->uv.x == v[1]->uv.x && v[0]->uv.x == v[2]->uv.x &&
                       v[0]->uv.y == v[1]->uv.y && v[0]->uv.y == v[2]->uv.y;
    shader.even = shader.one_texel ? texel(target.atlas, v[0]->uv.x, v[0]->uv.y) : 0;
    // Edge i lies opposite corner i; its function is the corner's weight times the area.
    std::int64_t row[3];
    std::int64_t dx[3];
    std::int64_t dy[3];
    std::int64_t bias[3];
    const Corner start{x0 * std::int64_t{grid} + grid / 2, y0 * std::int64_t{grid} + grid / 2};
    for (int i = 0; i < 3; ++i) {
        const Corner a = p[(i + 1) % 3];
        const Corner b = p[(i + 2) % 3];
        row[i] = cross(a, b, start);
        dx[i] = -(b.y - a.y) * grid;
        dy[i] = (b.x - a.x) * grid;
        bias[i] = owns_edge(a, b) ? 0 : 1;
    }
    const float inverse = 1.0F / static_cast<float>(area);
    for (int y = y0; y < y1; ++y) {
        std::int64_t e[3] = {row[0], row[1], row[2]};
        std::uint8_t* pixel = pixel_at(target.picture, x0, y);
        for (int x = x0; x < x1; ++x, pixel += 4) {
            if (e[0] >= bias[0] && e[1] >= bias[1] && e[2] >= bias[2]) {
                const float w[3] = {static_cast<float>(e[0]) * inverse,
                                    static_cast<float>(e[1]) * inverse,
                                    static_cast<float>(e[2]) * inverse};
                shade(target, shader, pixel, w);
            }
            for (int i = 0; i < 3; ++i)
                e[i] += dx[i];
        }
        for (int i = 0; i < 3; ++i)
            row[i] += dy[i];
    }
}

/// Dear ImGui writes a rectangle as vertices low, (high x, low y), high, (low x, high y) and
/// indices 0 1 2, 0 2 3.
bool upright(const ImDrawVert* v, const ImDrawIdx* index) {
    const unsigned first = index[0];
    if (index[1] != first + 1 || index[2] != first + 2 || index[3] != first ||
        index[4] != first + 2 || index[5] != first + 3)
        return false;
    const ImDrawVert& a = v[first];
    const ImDrawVert& b = v[first + 1];
    const ImDrawVert& c = v[first + 2];
    const ImDrawVert& d = v[first + 3];
    const bool straight = a.pos.y == b.pos.y && b.pos.x == c.pos.x && c.pos.y == d.pos.y &&
                          d.pos.x == a.pos.x && a.pos.x < c.pos.x && a.pos.y < c.pos.y;
    const bool mapped =
        a.uv.y == b.uv.y && b.uv.x == c.uv.x && c.uv.y == d.uv.y && d.uv.x == a.uv.x;
    return straight && mapped && a.col == b.col && a.col == c.col && a.col == d.col;
}

} // namespace

Picture rasterise(const ImDrawData& data, const ui::Atlas& atlas, std::uint32_t ground) {
    Picture picture;
    picture.width = static_cast<int>(data.DisplaySize.x);
    picture.height = static_cast<int>(data.DisplaySize.y);
    picture.rgba.resize(4 * static_cast<std::size_t>(picture.width) *
                        static_cast<std::size_t>(picture.height));
    for (std::size_t i = 0; i < picture.rgba.size(); i += 4) {
        for (std::size_t k = 0; k < 3; ++k)
            picture.rgba[i + k] = static_cast<std::uint8_t>((ground >> (8 * k)) & 0xFFU);
        picture.rgba[i + 3] = 255;
    }
    for (int n = 0; n < data.CmdListsCount; ++n) {
        const ImDrawList& list = *data.CmdLists[n];
        for (const ImDrawCmd& command : list.CmdBuffer) {
            if (command.UserCallback != nullptr)
                continue;
            const Clip clip{std::max(0, static_cast<int>(command.ClipRect.x)),
                            std::max(0, static_cast<int>(command.ClipRect.y)),
                            std::min(picture.width, static_cast<int>(command.ClipRect.z)),
                            std::min(picture.height, static_cast<int>(command.ClipRect.w))};
            if (clip.x0 >= clip.x1 || clip.y0 >= clip.y1)
                continue;
            const Target target{picture, atlas, clip};
            const ImDrawVert* v = list.VtxBuffer.Data + command.VtxOffset;
            const ImDrawIdx* index = list.IdxBuffer.Data + command.IdxOffset;
            for (unsigned i = 0; i + 2 < command.ElemCount;) {
                if (i + 5 < command.ElemCount && upright(v, index + i)) {
                    fill_rect(target, v[index[i]], v[index[i] + 2]);
                    i += 6;
                    continue;
                }
                fill_triangle(target, v[index[i]], v[index[i + 1]], v[index[i + 2]]);
                i += 3;
            }
        }
    }
    return picture;
}

} // namespace orrery::gui
