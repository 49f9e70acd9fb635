#include "gui/frame/theme.hpp"

#include <imgui.h>

namespace orrery::gui {

using ui::rgb;

namespace {

ui::Colours dark() {
    ui::Colours c;
    c.background = rgb(0x14171C);
    c.panel = rgb(0x1C2128);
    c.raised = rgb(0x252B34);
    c.line = rgb(0x39414D);
    c.text = rgb(0xE6E8EB);
    c.dim = rgb(0xA6ADB8);
    c.on_fill = rgb(0x14171C);
    c.selection = rgb(0x0072B2);
    c.on_selection = rgb(0xFFFFFF);
    c.leader = {rgb(0xE69F00), rgb(0xE69F00)};
    c.replica = {rgb(0x56B4E9), rgb(0x56B4E9)};
    c.good = {rgb(0x009E73), rgb(0x2BBF93)};
    c.client = {rgb(0xCC79A7), rgb(0xDD93BA)};
    c.control = {rgb(0xF0E442), rgb(0xF0E442)};
    c.fault = {rgb(0xD55E00), rgb(0xF08040)};
    c.idle = {rgb(0x5C6470), rgb(0xA6ADB8)};
    c.epochs = {rgb(0x4A422A), rgb(0x2E5A78), rgb(0x3E5540), rgb(0x5A3E50)};
    return c;
}

ui::Colours light() {
    ui::Colours c = dark();
    c.background = rgb(0xFFFFFF);
    c.panel = rgb(0xF6F7F9);
    c.raised = rgb(0xE9ECF1);
    c.line = rgb(0xC3CAD4);
    c.text = rgb(0x14171C);
    c.dim = rgb(0x4A5260);
    c.outline = rgb(0x4A5260);
    c.selection = rgb(0x9CCBE8);
    c.on_selection = rgb(0x14171C);
    for (ui::Ink* ink : {&c.leader, &c.replica, &c.good, &c.client, &c.control, &c.fault})
        ink->text = c.text;
    c.idle = {rgb(0x8A93A0), c.dim};
    c.epochs = {rgb(0xEADFC0), rgb(0xC4DDEF), rgb(0xCFE3D0), rgb(0xEBD3E0)};
    return c;
}

ui::Colours high_contrast() {
    ui::Colours c = dark();
    c.background = rgb(0x000000);
    c.panel = rgb(0x000000);
    c.raised = rgb(0x1A1A1A);
    c.line = rgb(0x9A9A9A);
    c.text = rgb(0xFFFFFF);
    c.dim = rgb(0xD8D8D8);
    c.on_fill = rgb(0x000000);
    c.good = {rgb(0x00C890), rgb(0x40E8B0)};
    c.client = {rgb(0xE69AC4), rgb(0xF0B0D4)};
    c.fault = {rgb(0xFF7A1A), rgb(0xFF9A50)};
    c.idle = {rgb(0xA0A0A0), rgb(0xD8D8D8)};
    c.epochs = {rgb(0x5A4A10), rgb(0x104A70), rgb(0x1E5A24), rgb(0x6A2A54)};
    return c;
}

ui::Colours mono() {
    ui::Colours c = dark();
    const ui::Colour bright = rgb(0xE6E8EB);
    const ui::Colour middle = rgb(0xB4BAC4);
    c.selection = rgb(0x566070);
    c.leader = {bright, bright};
    c.replica = {middle, bright};
    c.good = {bright, bright};
    c.client = {middle, bright};
    c.control = {bright, bright};
    c.fault = {bright, bright};
    c.epochs = {rgb(0x33393F), rgb(0x4A5058), rgb(0x2A2F36), rgb(0x5A616B)};
    return c;
}

ImVec4 vec(ui::Colour colour) {
    return ImGui::ColorConvertU32ToFloat4(colour);
}

} // namespace

std::string_view name_of(Theme theme) {
    switch (theme) {
    case Theme::dark: return "Dark";
    case Theme::light: return "Light";
    case Theme::high_contrast: return "High contrast";
    case Theme::mono: return "Mono";
    }
    return "";
}

ui::Colours colours_of(Theme theme) {
    switch (theme) {
    case Theme::dark: return dark();
    case Theme::light: return light();
    case Theme::high_contrast: return high_contrast();
    case Theme::mono: return mono();
    }
    return dark();
}

void apply_style(const ui::Colours& c, float scale) {
    ImGuiStyle style;
    style.WindowPadding = {10, 8};
    style.FramePadding = {8, 5};
    style.ItemSpacing = {8, 6};
    style.WindowRounding = 0;
    style.ChildRounding = 0;
    style.PopupRounding = 6;
    style.FrameRounding = 4;
    style.GrabRounding = 4;
    style.ScrollbarSize = 10;
    style.ScrollbarRounding = 5;
    style.WindowBorderSize = 0;
    style.ChildBorderSize = 0;
    style.ScaleAllSizes(scale);
    style.PopupBorderSize = 1;
    ImVec4* colour = style.Colors;
    colour[ImGuiCol_Text] = vec(c.text);
    colour[ImGuiCol_TextDisabled] = vec(ui::faded(c.dim, 140));
    colour[ImGuiCol_WindowBg] = vec(c.background);
    colour[ImGuiCol_ChildBg] = {0, 0, 0, 0};
    colour[ImGuiCol_PopupBg] = vec(c.panel);
    colour[ImGuiCol_Border] = vec(c.line);
    colour[ImGuiCol_FrameBg] = vec(c.background);
    colour[ImGuiCol_FrameBgHovered] = vec(c.raised);
    colour[ImGuiCol_FrameBgActive] = vec(c.raised);
    colour[ImGuiCol_MenuBarBg] = vec(c.raised);
    colour[ImGuiCol_ScrollbarBg] = {0, 0, 0, 0};
    colour[ImGuiCol_ScrollbarGrab] = vec(c.line);
    colour[ImGuiCol_ScrollbarGrabHovered] = vec(c.idle.fill);
    colour[ImGuiCol_ScrollbarGrabActive] = vec(c.idle.fill);
    colour[ImGuiCol_Header] = vec(c.selection);
    colour[ImGuiCol_HeaderHovered] = vec(c.raised);
    colour[ImGuiCol_HeaderActive] = vec(c.selection);
    colour[ImGuiCol_Button] = vec(c.raised);
    colour[ImGuiCol_ButtonHovered] = vec(c.line);
    colour[ImGuiCol_ButtonActive] = vec(c.selection);
    colour[ImGuiCol_CheckMark] = vec(c.text);
    colour[ImGuiCol_TextSelectedBg] = vec(c.selection);
    colour[ImGuiCol_Separator] = vec(c.line);
    ImGui::GetStyle() = style;
}

ui::Ink ink_of(model::Tone tone) {
    const ui::Colours& c = ui::look().colours;
    switch (tone) {
    case model::Tone::plain: return {c.dim, c.text};
    case model::Tone::leader: return c.leader;
    case model::Tone::replica: return c.replica;
    case model::Tone::good: return c.good;
    case model::Tone::client: return c.client;
    case model::Tone::control: return c.control;
    case model::Tone::fault: return c.fault;
    }
    return {c.dim, c.text};
}

ui::Colour band_of(std::int32_t epoch) {
    const auto& bands = ui::look().colours.epochs;
    return bands[static_cast<std::size_t>(epoch < 0 ? 0 : epoch) % bands.size()];
}

} // namespace orrery::gui
