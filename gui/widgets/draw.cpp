#include "gui/widgets/draw.hpp"

#include <algorithm>
#include <cmath>

namespace orrery::gui::ui {

namespace {

Look current;

constexpr float pi = 3.14159265F;

float whole(float v) {
    return std::floor(v + 0.5F);
}

const char* end_of(std::string_view text) {
    return text.data() + text.size();
}

/// The longest beginning of `text` that fits, never cutting through a UTF-8 sequence.
std::string_view fitting(Font font, std::string_view text, float width) {
    const char* rest = nullptr;
    ImFont* face = font_of(font);
    face->CalcTextSizeA(size_of(font), width, 0.0F, text.data(), end_of(text), &rest);
    return text.substr(0, static_cast<std::size_t>(rest - text.data()));
}

} // namespace

const Look& look() {
    return current;
}

void set_look(const Look& look) {
    current = look;
}

float px(float size) {
    return whole(size * current.scale);
}

ImFont* font_of(Font font) {
    switch (font) {
    case Font::body: return current.fonts.body;
    case Font::small: return current.fonts.small;
    case Font::heading: return current.fonts.heading;
    case Font::mono: return current.fonts.mono;
    }
    return current.fonts.body;
}

float size_of(Font font) {
#if IMGUI_VERSION_NUM >= 19200
    return font_of(font)->LegacySize;
#else
    return font_of(font)->FontSize;
#endif
}

ImVec2 measure(Font font, std::string_view text) {
    return font_of(font)->CalcTextSizeA(size_of(font), 1e9F, 0.0F, text.data(), end_of(text));
}

void text(ImDrawList* list, Font font, ImVec2 at, Colour colour, std::string_view text) {
    if (!text.empty())
        list->AddText(font_of(font), size_of(font), {whole(at.x), whole(at.y)}, colour, text.data(),
                      end_of(text));
}

void text_in(ImDrawList* list, Font font, const Rect& rect, Colour colour, std::string_view words,
             Align align) {
    const float top = rect.y + (rect.h - size_of(font)) / 2 - 0.5F;
    const ImVec2 size = measure(font, words);
    if (size.x <= rect.w + 0.5F) {
        float left = rect.x;
        if (align == Align::centre)
            left += (rect.w - size.x) / 2;
        else if (align == Align::right)
            left += rect.w - size.x;
        text(list, font, {left, top}, colour, words);
        return;
    }
    constexpr std::string_view dots = "\xE2\x80\xA6";
    const float dots_width = measure(font, dots).x;
    if (rect.w <= dots_width)
        return;
    const std::string_view part = fitting(font, words, rect.w - dots_width);
    text(list, font, {rect.x, top}, colour, part);
    text(list, font, {rect.x + measure(font, part).x, top}, colour, dots);
}

float text_block(ImDrawList* list, Font font, ImVec2 at, float width, Colour colour,
                 std::string_view words) {
    if (words.empty() || width <= 0)
        return 0;
    ImFont* face = font_of(font);
    const float size = size_of(font);
    const ImVec2 used = face->CalcTextSizeA(size, 1e9F, width, words.data(), end_of(words));
    list->AddText(face, size, {whole(at.x), whole(at.y)}, colour, words.data(), end_of(words),
                  width);
    return used.y;
}

float block_height(Font font, float width, std::string_view words) {
    if (words.empty() || width <= 0)
        return 0;
    return font_of(font)->CalcTextSizeA(size_of(font), 1e9F, width, words.data(), end_of(words)).y;
}

void fill(ImDrawList* list, const Rect& rect, Colour colour, float rounding) {
    if (rect.w > 0 && rect.h > 0)
        list->AddRectFilled(rect.min(), rect.max(), colour, rounding);
}

void frame(ImDrawList* list, const Rect& rect, Colour colour, float rounding, float thickness) {
    list->AddRect(rect.min(), rect.max(), colour, rounding, 0, thickness);
}

void hatch(ImDrawList* list, const Rect& rect, Colour colour, float gap, float thickness) {
    if (rect.w <= 0 || rect.h <= 0)
        return;
    // A line for each c with x - left + bottom - y = c, so that neighbours' hatches line up.
    const float left = rect.x;
    const float bottom = rect.bottom();
    const float phase = std::fmod(rect.x - rect.bottom(), gap);
    for (float c = gap - phase - gap; c < rect.w + rect.h; c += gap) {
        if (c <= 0)
            continue;
        const float x0 = std::max(0.0F, c - rect.h);
        const float x1 = std::min(rect.w, c);
        if (x1 > x0)
            list->AddLine({left + x0, bottom - (c - x0)}, {left + x1, bottom - (c - x1)}, colour,
                          thickness);
    }
}

void dashed_line(ImDrawList* list, ImVec2 a, ImVec2 b, Colour colour, float thickness, float dash,
                 float gap) {
    const float dx = b.x - a.x;
    const float dy = b.y - a.y;
    const float length = std::sqrt(dx * dx + dy * dy);
    if (length < 1)
        return;
    for (float s = 0; s < length; s += dash + gap) {
        const float e = std::min(s + dash, length);
        list->AddLine({a.x + dx * s / length, a.y + dy * s / length},
                      {a.x + dx * e / length, a.y + dy * e / length}, colour, thickness);
    }
}

void dashed_frame(ImDrawList* list, const Rect& r, Colour colour, float thickness) {
    const float x1 = r.right();
    const float y1 = r.bottom();
    dashed_line(list, {r.x, r.y}, {x1, r.y}, colour, thickness, 3, 3);
    dashed_line(list, {x1, r.y}, {x1, y1}, colour, thickness, 3, 3);
    dashed_line(list, {x1, y1}, {r.x, y1}, colour, thickness, 3, 3);
    dashed_line(list, {r.x, y1}, {r.x, r.y}, colour, thickness, 3, 3);
}

void arc(ImDrawList* list, ImVec2 centre, float radius, float thickness, float fraction,
         Colour colour, Colour track) {
    fraction = std::clamp(fraction, 0.0F, 1.0F);
    list->AddCircle(centre, radius, track, 24, thickness);
    if (fraction <= 0.004F)
        return;
    const int steps = std::max(2, static_cast<int>(24 * fraction));
    list->PathArcTo(centre, radius, -pi / 2, -pi / 2 + 2 * pi * fraction, steps);
    list->PathStroke(colour, 0, thickness);
}

void bar(ImDrawList* list, const Rect& rect, float fraction, Colour colour, Colour track) {
    const float round = rect.h / 2;
    fill(list, rect, track, round);
    fraction = std::clamp(fraction, 0.0F, 1.0F);
    if (fraction > 0)
        fill(list, {rect.x, rect.y, std::max(rect.h, rect.w * fraction), rect.h}, colour, round);
}

} // namespace orrery::gui::ui
