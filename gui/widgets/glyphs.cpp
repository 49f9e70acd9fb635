// The glyphs, as polygons. AddNgonFilled(centre, radius, colour, sides) takes its last two in this
// order; swapped it compiles and draws nothing, so all of them go through poly() below.
#include "gui/widgets/draw.hpp"

#include <cmath>
#include <initializer_list>

namespace orrery::gui::ui {

namespace {

constexpr float pi = 3.14159265F;

struct Pen {
    ImDrawList* list;
    ImVec2 at;
    float r;
    Colour colour;
    bool filled;
    float line;

    ImVec2 point(float x, float y) const { return {at.x + x * r, at.y + y * r}; }

    /// A convex polygon, clockwise, in units of the radius.
    void poly(std::initializer_list<ImVec2> points) const {
        for (const ImVec2& p : points)
            list->PathLineTo(point(p.x, p.y));
        if (filled)
            list->PathFillConvex(colour);
        else
            list->PathStroke(colour, ImDrawFlags_Closed, line);
    }
    void stroke(std::initializer_list<ImVec2> points, float thickness) const {
        for (const ImVec2& p : points)
            list->PathLineTo(point(p.x, p.y));
        list->PathStroke(colour, 0, thickness);
    }
};

void hexagon(const Pen& pen) {
    for (int i = 0; i < 6; ++i) {
        const float a = pi / 3 * static_cast<float>(i);
        pen.list->PathLineTo(pen.point(std::cos(a), std::sin(a)));
    }
    if (pen.filled)
        pen.list->PathFillConvex(pen.colour);
    else
        pen.list->PathStroke(pen.colour, ImDrawFlags_Closed, pen.line);
}

void crown(const Pen& pen) {
    // Three convex pieces: a crown is not convex.
    pen.poly({{-0.9F, -0.55F}, {-0.3F, 0.3F}, {-0.3F, 0.75F}, {-0.9F, 0.75F}});
    pen.poly({{0.0F, -0.9F}, {0.42F, 0.3F}, {0.42F, 0.75F}, {-0.42F, 0.75F}, {-0.42F, 0.3F}});
    pen.poly({{0.9F, -0.55F}, {0.9F, 0.75F}, {0.3F, 0.75F}, {0.3F, 0.3F}});
}

void bars(const Pen& pen, float left, float right) {
    pen.poly({{left, -0.8F}, {right, -0.8F}, {right, 0.8F}, {left, 0.8F}});
}

void transport(const Pen& pen, Glyph what) {
    switch (what) {
    case Glyph::play: pen.poly({{-0.6F, -0.85F}, {0.9F, 0.0F}, {-0.6F, 0.85F}}); break;
    case Glyph::pause:
        bars(pen, -0.65F, -0.15F);
        bars(pen, 0.15F, 0.65F);
        break;
    case Glyph::step_forward:
        pen.poly({{-0.8F, -0.8F}, {0.35F, 0.0F}, {-0.8F, 0.8F}});
        bars(pen, 0.5F, 0.8F);
        break;
    case Glyph::step_back:
        pen.poly({{0.8F, -0.8F}, {0.8F, 0.8F}, {-0.35F, 0.0F}});
        bars(pen, -0.8F, -0.5F);
        break;
    case Glyph::to_start:
        pen.poly({{0.05F, -0.7F}, {0.05F, 0.7F}, {-0.7F, 0.0F}});
        pen.poly({{0.85F, -0.7F}, {0.85F, 0.7F}, {0.1F, 0.0F}});
        bars(pen, -0.95F, -0.7F);
        break;
    case Glyph::to_end:
        pen.poly({{-0.05F, -0.7F}, {0.7F, 0.0F}, {-0.05F, 0.7F}});
        pen.poly({{-0.85F, -0.7F}, {-0.1F, 0.0F}, {-0.85F, 0.7F}});
        bars(pen, 0.7F, 0.95F);
        break;
    case Glyph::fast:
        pen.poly({{0.0F, -0.7F}, {0.85F, 0.0F}, {0.0F, 0.7F}});
        pen.poly({{-0.85F, -0.7F}, {0.0F, 0.0F}, {-0.85F, 0.7F}});
        break;
    default: break;
    }
}

void mark(const Pen& pen, Glyph what) {
    const float thick = std::max(1.5F, pen.r * 0.3F);
    switch (what) {
    case Glyph::cross:
        pen.stroke({{-0.75F, -0.75F}, {0.75F, 0.75F}}, thick);
        pen.stroke({{-0.75F, 0.75F}, {0.75F, -0.75F}}, thick);
        break;
    case Glyph::tick: pen.stroke({{-0.8F, 0.05F}, {-0.25F, 0.6F}, {0.8F, -0.6F}}, thick); break;
    case Glyph::chevron_down:
        pen.stroke({{-0.6F, -0.3F}, {0.0F, 0.35F}, {0.6F, -0.3F}}, thick);
        break;
    case Glyph::chevron_right:
        pen.stroke({{-0.3F, -0.6F}, {0.35F, 0.0F}, {-0.3F, 0.6F}}, thick);
        break;
    case Glyph::box:
        frame(pen.list, {pen.at.x - pen.r, pen.at.y - pen.r, 2 * pen.r, 2 * pen.r}, pen.colour, 2);
        break;
    default: break;
    }
}

} // namespace

void glyph(ImDrawList* list, Glyph what, ImVec2 centre, float radius, Colour colour, bool filled) {
    const Pen pen{list, centre, radius, colour, filled, std::max(1.5F, radius * 0.25F)};
    switch (what) {
    case Glyph::triangle: pen.poly({{-0.8F, -0.85F}, {1.0F, 0.0F}, {-0.8F, 0.85F}}); break;
    case Glyph::diamond: pen.poly({{0, -1}, {1, 0}, {0, 1}, {-1, 0}}); break;
    case Glyph::square:
        pen.poly({{-0.8F, -0.8F}, {0.8F, -0.8F}, {0.8F, 0.8F}, {-0.8F, 0.8F}});
        break;
    case Glyph::pointer: pen.poly({{-0.9F, -0.6F}, {0.9F, -0.6F}, {0.0F, 0.8F}}); break;
    case Glyph::hexagon: hexagon(pen); break;
    case Glyph::crown: crown(pen); break;
    case Glyph::disc:
        if (filled)
            list->AddCircleFilled(centre, radius * 0.85F, colour, 16);
        else
            list->AddCircle(centre, radius * 0.85F, colour, 16, pen.line);
        break;
    case Glyph::dot:
        if (filled)
            list->AddCircleFilled(centre, radius * 0.5F, colour, 12);
        else
            list->AddCircle(centre, radius * 0.5F, colour, 12, 1.2F);
        break;
    case Glyph::play:
    case Glyph::pause:
    case Glyph::step_forward:
    case Glyph::step_back:
    case Glyph::to_start:
    case Glyph::to_end:
    case Glyph::fast: transport(pen, what); break;
    case Glyph::cross:
    case Glyph::tick:
    case Glyph::chevron_down:
    case Glyph::chevron_right:
    case Glyph::box: mark(pen, what); break;
    }
}

} // namespace orrery::gui::ui
