#include "gui/shell/png.hpp"
#include "gui/shell/raster.hpp"
#include "tests/support/catch.hpp"

#include <imgui.h>
#include <imgui_internal.h>

#include <cstdio>

using namespace orrery;
using namespace orrery::gui;

namespace {

constexpr unsigned char white_texel = 255;
const ui::Atlas blank{&white_texel, 1, 1};

/// Draw data of one list, made by hand.
struct Canvas {
    ImDrawListSharedData shared;
    ImDrawList list{&shared};
    ImDrawData data;
    Canvas(float width, float height) {
        list._ResetForNewFrame();
        list.PushClipRect({0, 0}, {width, height});
        data.Valid = true;
        data.DisplaySize = {width, height};
    }
    Picture draw() {
#if IMGUI_VERSION_NUM >= 18980
        data.CmdLists.push_back(&list);
#else
        lists[0] = &list;
        data.CmdLists = lists;
#endif
        data.CmdListsCount = 1;
        data.TotalVtxCount = list.VtxBuffer.Size;
        return rasterise(data, blank, 0xFF000000U);
    }
    void triangle(ImVec2 a, ImVec2 b, ImVec2 c, ImU32 colour) {
        list.PrimReserve(3, 3);
        list.PrimVtx(a, {0.5F, 0.5F}, colour);
        list.PrimVtx(b, {0.5F, 0.5F}, colour);
        list.PrimVtx(c, {0.5F, 0.5F}, colour);
    }
    ImDrawList* lists[1] = {nullptr};
};

int red_at(const Picture& picture, int x, int y) {
    return picture.rgba[4 * static_cast<std::size_t>(y * picture.width + x)];
}

} // namespace

TEST_CASE("a rectangle covers the pixels whose centres it holds, and no other") {
    Canvas canvas(16, 16);
    canvas.list.PrimReserve(6, 4);
    canvas.list.PrimRectUV({2, 3}, {10, 7}, {0.5F, 0.5F}, {0.5F, 0.5F}, 0xFF0000FFU);
    const Picture picture = canvas.draw();
    for (int y = 0; y < 16; ++y)
        for (int x = 0; x < 16; ++x)
            CHECK(red_at(picture, x, y) == (x >= 2 && x < 10 && y >= 3 && y < 7 ? 255 : 0));
}

TEST_CASE("triangles that share an edge paint each of its pixels exactly once") {
    // Half-transparent red: a pixel painted twice would be 192, one left out 0.
    constexpr ImU32 half = 0x800000FFU;
    for (const ImVec2 middle : {ImVec2{16, 16}, ImVec2{9.5F, 20.5F}, ImVec2{23.25F, 7.75F}}) {
        Canvas canvas(32, 32);
        const ImVec2 corners[] = {{0, 0}, {32, 0}, {32, 32}, {0, 32}};
        for (int i = 0; i < 4; ++i)
            canvas.triangle(corners[i], corners[(i + 1) % 4], middle, half);
        const Picture picture = canvas.draw();
        int wrong = 0;
        for (int y = 0; y < 32; ++y)
            for (int x = 0; x < 32; ++x)
                wrong += red_at(picture, x, y) == 128 ? 0 : 1;
        CHECK(wrong == 0);
    }
}

TEST_CASE("both windings of a triangle cover the same pixels") {
    Canvas one(32, 32);
    one.triangle({3, 2}, {29, 11}, {8, 30}, 0xFF0000FFU);
    Canvas two(32, 32);
    two.triangle({3, 2}, {8, 30}, {29, 11}, 0xFF0000FFU);
    const Picture picture = one.draw();
    CHECK(picture == two.draw());
    CHECK(red_at(picture, 12, 14) == 255);
    CHECK(red_at(picture, 2, 30) == 0);
}

TEST_CASE("nothing is drawn outside the clip rectangle or the picture") {
    Canvas canvas(20, 20);
    canvas.list.PushClipRect({5, 5}, {15, 15}, true);
    canvas.triangle({-100, -100}, {200, -100}, {10, 300}, 0xFF0000FFU);
    const Picture picture = canvas.draw();
    for (int y = 0; y < 20; ++y)
        for (int x = 0; x < 20; ++x)
            CHECK(red_at(picture, x, y) == (x >= 5 && x < 15 && y >= 5 && y < 15 ? 255 : 0));
}

TEST_CASE("a colour between the corners is a blend of theirs") {
    Canvas canvas(64, 64);
    canvas.list.PrimReserve(3, 3);
    canvas.list.PrimVtx({0, 0}, {0.5F, 0.5F}, 0xFF000000U);
    canvas.list.PrimVtx({64, 0}, {0.5F, 0.5F}, 0xFF0000FFU);
    canvas.list.PrimVtx({0, 64}, {0.5F, 0.5F}, 0xFF000000U);
    const Picture picture = canvas.draw();
    CHECK(red_at(picture, 0, 0) < 6);
    CHECK(std::abs(red_at(picture, 32, 0) - 129) < 6);
    CHECK(red_at(picture, 62, 0) > 240);
}

TEST_CASE("a picture comes back from its file as it was, and a bad path is an error") {
    Canvas canvas(31, 17);
    canvas.triangle({1, 1}, {29, 4}, {12, 16}, 0xC02080F0U);
    const Picture picture = canvas.draw();
    const std::string file = "orrery-raster-test.png";
    REQUIRE(write_png(picture, file));
    const auto back = read_png(file);
    std::remove(file.c_str());
    REQUIRE(back);
    CHECK(*back == picture);
    const auto failed = write_png(picture, "no/such/folder/x.png");
    REQUIRE_FALSE(failed);
    CHECK(failed.error().where == "no/such/folder/x.png");
    CHECK_FALSE(read_png("no/such/file.png"));
}
