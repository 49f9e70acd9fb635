#include "gui/shell/window.hpp"

#include "gui/shell/frame.hpp"
#include "gui/shell/keys.hpp"
#include "gui/shell/png.hpp"

#include <GLFW/glfw3.h>
#include <backends/imgui_impl_opengl3.h>
#include <imgui.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>

namespace orrery::gui {

namespace {

constexpr double idle_wait_s = 0.25;      ///< how long a paused window sleeps without input
constexpr int settle_frames = 4;          ///< frames drawn after the last input before sleeping
constexpr double frame_seconds_max = 0.1; ///< a window that was dragged does not leap

/// One thing that came in. Edges wait in line, one a frame: Dear ImGui 1.86 sees states, and a
/// quick click between two frames would otherwise be none.
struct Edge {
    enum class What : std::uint8_t { key, button, text } what{};
    ui::Key key = ui::Key::none;
    int button = 0;
    bool down = false;
    int mods = 0;
    std::string text;
};

struct Arrivals {
    std::deque<Edge> edges;
    float wheel = 0;
    int busy_frames = settle_frames;
    void woken() { busy_frames = settle_frames; }
};

Arrivals& arrivals(GLFWwindow* window) {
    return *static_cast<Arrivals*>(glfwGetWindowUserPointer(window));
}

void on_key(GLFWwindow* window, int key, int, int action, int mods) {
    Edge edge;
    edge.what = Edge::What::key;
    edge.key = key_of_glfw(key);
    edge.mods = mods;
    arrivals(window).woken();
    if (edge.key == ui::Key::none)
        return;
    // A repeat is a release and a press: the text fields know no other.
    if (action == GLFW_REPEAT) {
        edge.down = false;
        arrivals(window).edges.push_back(edge);
    }
    edge.down = action != GLFW_RELEASE;
    arrivals(window).edges.push_back(edge);
}

void on_text(GLFWwindow* window, unsigned int letter) {
    Edge edge;
    edge.what = Edge::What::text;
    edge.text = utf8_of(letter);
    arrivals(window).woken();
    arrivals(window).edges.push_back(edge);
}

void on_button(GLFWwindow* window, int button, int action, int mods) {
    arrivals(window).woken();
    if (button < 0 || button > 2)
        return;
    Edge edge;
    edge.what = Edge::What::button;
    edge.button = button;
    edge.down = action == GLFW_PRESS;
    edge.mods = mods;
    arrivals(window).edges.push_back(edge);
}

void on_wheel(GLFWwindow* window, double, double y) {
    arrivals(window).wheel += static_cast<float>(y);
    arrivals(window).woken();
}

void on_move(GLFWwindow* window, double, double) {
    arrivals(window).woken();
}

void on_change(GLFWwindow* window) {
    arrivals(window).woken();
}

void on_size(GLFWwindow* window, int, int) {
    arrivals(window).woken();
}

void on_error(int, const char* what) {
    std::fprintf(stderr, "orrery: the window: %s\n", what);
}

#if IMGUI_VERSION_NUM >= 19110
const char* get_clipboard(ImGuiContext*) {
    return glfwGetClipboardString(nullptr);
}
void set_clipboard(ImGuiContext*, const char* text) {
    glfwSetClipboardString(nullptr, text);
}
#else
const char* get_clipboard(void* window) {
    return glfwGetClipboardString(static_cast<GLFWwindow*>(window));
}
void set_clipboard(void* window, const char* text) {
    glfwSetClipboardString(static_cast<GLFWwindow*>(window), text);
}
#endif

void use_clipboard(GLFWwindow* window) {
#if IMGUI_VERSION_NUM >= 19110
    static_cast<void>(window);
    ImGui::GetPlatformIO().Platform_GetClipboardTextFn = get_clipboard;
    ImGui::GetPlatformIO().Platform_SetClipboardTextFn = set_clipboard;
#else
    ImGui::GetIO().GetClipboardTextFn = get_clipboard;
    ImGui::GetIO().SetClipboardTextFn = set_clipboard;
    ImGui::GetIO().ClipboardUserData = window;
#endif
}

/// GLFW, one window and its OpenGL context, closed again in the right order.
class Glass {
public:
    explicit Glass(const WindowOptions& options) {
        glfwSetErrorCallback(on_error);
        if (glfwInit() == GLFW_FALSE)
            return;
        glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 3);
        glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, 2);
        glfwWindowHint(GLFW_OPENGL_PROFILE, GLFW_OPENGL_CORE_PROFILE);
        glfwWindowHint(GLFW_OPENGL_FORWARD_COMPAT, GLFW_TRUE);
        window_ = glfwCreateWindow(options.width, options.height, "Orrery", nullptr, nullptr);
        if (window_ == nullptr)
            return;
        glfwMakeContextCurrent(window_);
        glfwSwapInterval(1);
        glfwSetWindowUserPointer(window_, &arrivals_);
        glfwSetKeyCallback(window_, on_key);
        glfwSetCharCallback(window_, on_text);
        glfwSetMouseButtonCallback(window_, on_button);
        glfwSetScrollCallback(window_, on_wheel);
        glfwSetCursorPosCallback(window_, on_move);
        glfwSetWindowRefreshCallback(window_, on_change);
        glfwSetFramebufferSizeCallback(window_, on_size);
    }
    ~Glass() {
        if (window_ != nullptr)
            glfwDestroyWindow(window_);
        glfwTerminate();
    }
    Glass(const Glass&) = delete;
    Glass& operator=(const Glass&) = delete;

    GLFWwindow* window() const { return window_; }
    Arrivals& came() { return arrivals_; }
    void toggle_full_screen();

private:
    GLFWwindow* window_ = nullptr;
    Arrivals arrivals_;
    int x_ = 0;
    int y_ = 0;
    int width_ = 1600;
    int height_ = 1000;
};

void Glass::toggle_full_screen() {
    if (glfwGetWindowMonitor(window_) != nullptr) {
        glfwSetWindowMonitor(window_, nullptr, x_, y_, width_, height_, 0);
        return;
    }
    GLFWmonitor* monitor = glfwGetPrimaryMonitor();
    const GLFWvidmode* mode = monitor == nullptr ? nullptr : glfwGetVideoMode(monitor);
    if (mode == nullptr)
        return;
    glfwGetWindowPos(window_, &x_, &y_);
    glfwGetWindowSize(window_, &width_, &height_);
    glfwSetWindowMonitor(window_, monitor, 0, 0, mode->width, mode->height, mode->refreshRate);
}

/// What this frame is told: one edge from the line, and how things stand.
void take_in(Glass& glass, ui::Input& input) {
    GLFWwindow* window = glass.window();
    int width = 0;
    int height = 0;
    int pixels = 0;
    int unused = 0;
    glfwGetWindowSize(window, &width, &height);
    glfwGetFramebufferSize(window, &pixels, &unused);
    input.width = static_cast<float>(std::max(1, width));
    input.height = static_cast<float>(std::max(1, height));
    input.density = width > 0 ? static_cast<float>(pixels) / static_cast<float>(width) : 1;
    double x = 0;
    double y = 0;
    glfwGetCursorPos(window, &x, &y);
    const bool inside = glfwGetWindowAttrib(window, GLFW_HOVERED) != 0 || input.buttons[0];
    input.mouse_x = inside ? static_cast<float>(x) : -1e30F;
    input.mouse_y = inside ? static_cast<float>(y) : -1e30F;
    input.keys.clear();
    input.text.clear();
    input.wheel = std::exchange(glass.came().wheel, 0.0F);
    auto& edges = glass.came().edges;
    while (!edges.empty() && edges.front().what == Edge::What::text) {
        input.text += edges.front().text;
        edges.pop_front();
    }
    if (edges.empty())
        return;
    const Edge edge = edges.front();
    edges.pop_front();
    input.control = (edge.mods & (GLFW_MOD_CONTROL | GLFW_MOD_SUPER)) != 0;
    input.shift = (edge.mods & GLFW_MOD_SHIFT) != 0;
    input.alt = (edge.mods & GLFW_MOD_ALT) != 0;
    if (edge.what == Edge::What::key)
        input.keys.push_back({edge.key, edge.down});
    else
        input.buttons[static_cast<std::size_t>(edge.button)] = edge.down;
}

void show(GLFWwindow* window, const ImDrawData& data, ui::Colour ground) {
    int width = 0;
    int height = 0;
    glfwGetFramebufferSize(window, &width, &height);
    glViewport(0, 0, width, height);
    const auto part = [&](unsigned shift) {
        return static_cast<float>((ground >> shift) & 0xFFU) / 255.0F;
    };
    glClearColor(part(0), part(8), part(16), 1);
    glClear(GL_COLOR_BUFFER_BIT);
    // The backend takes a pointer to what it only reads.
    ImGui_ImplOpenGL3_RenderDrawData(const_cast<ImDrawData*>(&data));
    glfwSwapBuffers(window);
}

void fulfil(Glass& glass, Frame& frame) {
    Wishes wishes = std::exchange(frame.desk().wishes, {});
    if (wishes.quit)
        glfwSetWindowShouldClose(glass.window(), GLFW_TRUE);
    if (wishes.full_screen)
        glass.toggle_full_screen();
    if (wishes.picture) {
        const auto written = write_png(frame.picture(), *wishes.picture);
        frame.desk().say(written ? "wrote " + *wishes.picture : written.error().what, !written);
    }
}

void renew_texture() {
    ImGui_ImplOpenGL3_DestroyFontsTexture();
    ImGui_ImplOpenGL3_CreateFontsTexture();
}

void loop(Glass& glass, Frame& frame, const WindowOptions& options) {
    using Clock = std::chrono::steady_clock;
    auto before = Clock::now();
    ui::Input input;
    for (int drawn = 0; glfwWindowShouldClose(glass.window()) == GLFW_FALSE; ++drawn) {
        if (options.frames > 0 && drawn >= options.frames)
            return;
        Arrivals& came = glass.came();
        const bool idle = !frame.desk().pace.playing() && came.edges.empty() &&
                          came.busy_frames <= 0 && frame.desk().toast.seconds_left <= 0 &&
                          options.frames == 0;
        if (idle)
            glfwWaitEventsTimeout(idle_wait_s);
        else
            glfwPollEvents();
        --came.busy_frames;
        const auto now = Clock::now();
        const double passed = std::chrono::duration<double>(now - before).count();
        before = now;
        input.seconds = std::clamp(passed, 1e-4, frame_seconds_max);
        take_in(glass, input);
        const ImDrawData& data = frame.run(input);
        show(glass.window(), data, ui::look().colours.background);
        fulfil(glass, frame);
        if (frame.renew_fonts())
            renew_texture();
    }
}

} // namespace

bool has_display() {
    const char* x = std::getenv("DISPLAY");
    const char* wayland = std::getenv("WAYLAND_DISPLAY");
    return (x != nullptr && *x != 0) || (wayland != nullptr && *wayland != 0);
}

int run_window(model::Session& session, const WindowOptions& options) {
    if (!has_display()) {
        std::fprintf(stderr, "orrery: there is no display to open a window on\n");
        return 2;
    }
    Glass glass(options);
    if (glass.window() == nullptr)
        return 2;
    auto frame = Frame::make(session);
    if (!frame) {
        std::fprintf(stderr, "orrery: %s\n%s\n", frame.error().what.c_str(),
                     frame.error().hint.c_str());
        return 2;
    }
    Desk& desk = (*frame)->desk();
    desk.settings.theme = options.theme;
    desk.pace.play(options.playing);
    float scale = 1;
    glfwGetWindowContentScale(glass.window(), &scale, nullptr);
    int width = 0;
    int pixels = 0;
    int unused = 0;
    glfwGetWindowSize(glass.window(), &width, &unused);
    glfwGetFramebufferSize(glass.window(), &pixels, &unused);
    // Where window units are pixels (X11) the content scale must be ours; elsewhere it is the
    // system's.
    if (pixels == width)
        desk.settings.scale = std::clamp(scale, 0.75F, 2.0F);
    (*frame)->make_current();
    use_clipboard(glass.window());
    if (!ImGui_ImplOpenGL3_Init("#version 150")) {
        std::fprintf(stderr, "orrery: OpenGL 3.2 is not there\n");
        return 2;
    }
    static_cast<void>((*frame)->renew_fonts());
    ImGui_ImplOpenGL3_NewFrame();
    loop(glass, **frame, options);
    (*frame)->make_current();
    ImGui_ImplOpenGL3_Shutdown();
    return 0;
}

} // namespace orrery::gui
