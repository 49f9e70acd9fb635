#include "gui/shell/png.hpp"

#include <png.h>

#include <cstring>

namespace orrery::gui {

Result<void, InputError> write_png(const Picture& picture, const std::string& file) {
    png_image image;
    std::memset(&image, 0, sizeof image);
    image.version = PNG_IMAGE_VERSION;
    image.width = static_cast<png_uint_32>(picture.width);
    image.height = static_cast<png_uint_32>(picture.height);
    image.format = PNG_FORMAT_RGBA;
    if (png_image_write_to_file(&image, file.c_str(), 0, picture.rgba.data(), 0, nullptr) == 0)
        return failure(InputError{file, std::string("cannot be written: ") + image.message, ""});
    return {};
}

Result<Picture, InputError> read_png(const std::string& file) {
    png_image image;
    std::memset(&image, 0, sizeof image);
    image.version = PNG_IMAGE_VERSION;
    if (png_image_begin_read_from_file(&image, file.c_str()) == 0)
        return failure(InputError{file, std::string("cannot be read: ") + image.message, ""});
    image.format = PNG_FORMAT_RGBA;
    Picture picture;
    picture.width = static_cast<int>(image.width);
    picture.height = static_cast<int>(image.height);
    picture.rgba.resize(PNG_IMAGE_SIZE(image));
    if (png_image_finish_read(&image, nullptr, picture.rgba.data(), 0, nullptr) == 0)
        return failure(InputError{file, std::string("cannot be read: ") + image.message, ""});
    return picture;
}

} // namespace orrery::gui
