#include "gui/widgets/compat.hpp"

namespace orrery::gui::ui {

namespace {

struct Named {
    ImGuiKey theirs;
    Key ours;
};

// What text fields, lists and popups want; everything else goes through our own shortcuts.
constexpr Named named[] = {
    {ImGuiKey_Tab, Key::tab},
    {ImGuiKey_LeftArrow, Key::left},
    {ImGuiKey_RightArrow, Key::right},
    {ImGuiKey_UpArrow, Key::up},
    {ImGuiKey_DownArrow, Key::down},
    {ImGuiKey_PageUp, Key::page_up},
    {ImGuiKey_PageDown, Key::page_down},
    {ImGuiKey_Home, Key::home},
    {ImGuiKey_End, Key::end},
    {ImGuiKey_Insert, Key::insert},
    {ImGuiKey_Delete, Key::del},
    {ImGuiKey_Backspace, Key::backspace},
    {ImGuiKey_Space, Key::space},
    {ImGuiKey_Enter, Key::enter},
    {ImGuiKey_Escape, Key::escape},
    {ImGuiKey_A, Key::a},
    {ImGuiKey_C, Key::c},
    {ImGuiKey_V, Key::v},
    {ImGuiKey_X, Key::x},
    {ImGuiKey_Y, Key::y},
    {ImGuiKey_Z, Key::z},
};

#if IMGUI_VERSION_NUM >= 18700

void feed_keys(ImGuiIO& io, const Input& input) {
#if IMGUI_VERSION_NUM >= 18900
    io.AddKeyEvent(ImGuiMod_Ctrl, input.control);
    io.AddKeyEvent(ImGuiMod_Shift, input.shift);
    io.AddKeyEvent(ImGuiMod_Alt, input.alt);
#else
    io.AddKeyEvent(ImGuiKey_ModCtrl, input.control);
    io.AddKeyEvent(ImGuiKey_ModShift, input.shift);
    io.AddKeyEvent(ImGuiKey_ModAlt, input.alt);
#endif
    for (const KeyEdge& edge : input.keys)
        for (const Named& name : named)
            if (name.ours == edge.key)
                io.AddKeyEvent(name.theirs, edge.down);
}

void feed_mouse(ImGuiIO& io, const Input& input) {
    io.AddMousePosEvent(input.mouse_x, input.mouse_y);
    for (int i = 0; i < 3; ++i)
        io.AddMouseButtonEvent(i, input.buttons[static_cast<std::size_t>(i)]);
    if (input.wheel != 0)
        io.AddMouseWheelEvent(0, input.wheel);
}

void name_keys(ImGuiIO& io) {
    // Our driver already puts one edge into a frame; the queue must not spread them once more.
    io.ConfigInputTrickleEventQueue = false;
}

#else

void feed_keys(ImGuiIO& io, const Input& input) {
    io.KeyCtrl = input.control;
    io.KeyShift = input.shift;
    io.KeyAlt = input.alt;
    for (const KeyEdge& edge : input.keys)
        io.KeysDown[static_cast<std::size_t>(edge.key)] = edge.down;
}

void feed_mouse(ImGuiIO& io, const Input& input) {
    io.MousePos = {input.mouse_x, input.mouse_y};
    for (std::size_t i = 0; i < 3; ++i)
        io.MouseDown[i] = input.buttons[i];
    io.MouseWheel = input.wheel;
}

void name_keys(ImGuiIO& io) {
    for (const Named& name : named)
        io.KeyMap[name.theirs] = static_cast<int>(name.ours);
}

#endif

} // namespace

ImGuiContext* make_context() {
    IMGUI_CHECKVERSION();
    ImGuiContext* context = ImGui::CreateContext();
    ImGui::SetCurrentContext(context);
    ImGuiIO& io = ImGui::GetIO();
    io.IniFilename = nullptr;
    io.LogFilename = nullptr;
    io.ConfigInputTextCursorBlink = false;
    io.BackendFlags |= ImGuiBackendFlags_RendererHasVtxOffset;
    name_keys(io);
    return context;
}

void feed(const Input& input) {
    ImGuiIO& io = ImGui::GetIO();
    io.DisplaySize = {input.width, input.height};
    io.DisplayFramebufferScale = {input.density, input.density};
    io.DeltaTime = static_cast<float>(input.seconds > 1e-4 ? input.seconds : 1e-4);
    feed_keys(io, input);
    feed_mouse(io, input);
    if (!input.text.empty())
        io.AddInputCharactersUTF8(input.text.c_str());
}

bool key_pressed(ImGuiKey key) {
#if IMGUI_VERSION_NUM >= 18700
    return ImGui::IsKeyPressed(key);
#else
    return ImGui::IsKeyPressed(ImGui::GetKeyIndex(key));
#endif
}

Atlas atlas_of(ImFontAtlas& fonts) {
    unsigned char* pixels = nullptr;
    Atlas atlas;
    fonts.GetTexDataAsAlpha8(&pixels, &atlas.width, &atlas.height);
    atlas.alpha = pixels;
    return atlas;
}

} // namespace orrery::gui::ui
