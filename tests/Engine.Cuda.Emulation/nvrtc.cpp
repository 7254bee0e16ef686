// NVRTC as far as the product calls it. A program is compiled by the host's compiler after cuda_host.h; its image is a shared library
// that the emulated driver loads. What a real NVRTC says of the same source is another test's concern.
#include "driver.h"
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <sstream>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

#define API extern "C" __attribute__((visibility("default")))

namespace
{
struct Program { std::string source, name, log, image; std::vector<std::pair<std::string, std::string>> headers; };

std::string own_path()
{
    Dl_info info;
    dladdr((void*)own_path, &info);
    return info.dli_fname;
}

std::string read_file(const std::filesystem::path& path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

// An entry that takes an array of pointers to the arguments, and the arguments' sizes, for each kernel of a source.
std::string entries_of(const std::string& source)
{
    std::ostringstream entries;
    std::regex kernel(R"(\bKERNEL\((\w+)\))");
    for (std::sregex_iterator at(source.begin(), source.end(), kernel), end; at != end; ++at)
    {
        std::string name = (*at)[1];
        entries << "\nextern \"C\" UNWATCHED void " << name << "__entry(void** arguments) { emu::call(" << name << ", arguments); }"
                << "\nextern \"C\" const emu::Sizes<decltype(&" << name << ")> " << name << "__sizes;"
                << "\nconst emu::Sizes<decltype(&" << name << ")> " << name << "__sizes{};\n";
    }
    return entries.str();
}

std::string quote(const std::string& text) { return "'" + std::regex_replace(text, std::regex("'"), "'\\''") + "'"; }
}

API int nvrtcVersion(int* major, int* minor) { *major = 13; *minor = 0; return 0; }
API int nvrtcGetNumSupportedArchs(int* count) { *count = 4; return 0; }
API int nvrtcGetSupportedArchs(int* archs) { const int all[] = {80, 89, 90, 100}; std::memcpy(archs, all, sizeof(all)); return 0; }
API const char* nvrtcGetErrorString(int code) { return code == 6 ? "NVRTC_ERROR_COMPILATION" : "NVRTC_ERROR"; }

API int nvrtcCreateProgram(void** program, const char* source, const char* name, int count, const char* const* headers, const char* const* names)
{
    Program* made = new Program{source, name ? name : "kernel.cu", {}, {}, {}};
    for (int i = 0; i < count; i++)
    {
        made->headers.emplace_back(names[i], headers[i]);
    }
    *program = made;
    return 0;
}

API int nvrtcCompileProgram(void* handle, int count, const char* const* options)
{
    Program* program = (Program*)handle;
    std::filesystem::path emulator = own_path(), folder = std::filesystem::temp_directory_path() / ("tf-kernel-XXXXXX");
    std::string pattern = folder.string();
    if (!mkdtemp(pattern.data()))
    {
        return 1;
    }
    folder = pattern;
    for (const auto& [name, text] : program->headers)
    {
        std::ofstream(folder / name) << text;
    }
    std::filesystem::path source = folder / "kernel.cpp", library = folder / "kernel.so", log = folder / "log";
    std::ofstream(source) << "#include \"cuda_host.h\"\n#line 1 \"" << program->name << "\"\n" << program->source << entries_of(program->source);
    std::filesystem::path object = folder / "kernel.o";
    // The calls of the thread sanitizer are races.cpp's; its own library stays out.
    std::string command = "g++ -std=c++17 -O1 -g0 -fPIC -w -fno-exceptions -fno-strict-aliasing -ffp-contract=off -fsanitize=thread --param=tsan-instrument-func-entry-exit=0 -I" + quote(emulator.parent_path().string()) + " -I" + quote(folder.string());
    for (int i = 0; i < count; i++)
    {
        std::string option = options[i];
        if (option.rfind("-D", 0) == 0)
        {
            command += " " + quote(option);
        }
    }
    command += " -c -o " + quote(object.string()) + " " + quote(source.string());
    command += " && g++ -shared -o " + quote(library.string()) + " " + quote(object.string()) + " -Wl,--no-as-needed " + quote(emulator.string());
    int code = std::system(("(" + command + ") > " + quote(log.string()) + " 2>&1").c_str());
    program->log = read_file(log);
    program->image = code == 0 ? read_file(library) : "";
    std::filesystem::remove_all(folder);
    return code == 0 ? 0 : 6;
}

API int nvrtcGetProgramLogSize(void* program, size_t* size) { *size = ((Program*)program)->log.size() + 1; return 0; }
API int nvrtcGetProgramLog(void* program, char* log) { std::strcpy(log, ((Program*)program)->log.c_str()); return 0; }
API int nvrtcGetCUBINSize(void* program, size_t* size) { *size = ((Program*)program)->image.size(); return 0; }
API int nvrtcGetCUBIN(void* program, char* image) { std::memcpy(image, ((Program*)program)->image.data(), ((Program*)program)->image.size()); return 0; }
API int nvrtcGetPTXSize(void* program, size_t* size) { return nvrtcGetCUBINSize(program, size); }
API int nvrtcGetPTX(void* program, char* image) { return nvrtcGetCUBIN(program, image); }
API int nvrtcDestroyProgram(void** program) { delete (Program*)*program; *program = nullptr; return 0; }
