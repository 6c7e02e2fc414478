# shellcheck shell=bash
# For scripts that call the compiler or its tools by themselves: where the modules of a build are.

# Sets the array `module_options`, for the C modules that the dependencies are built on, too.
find_modules() { # FOLDER
    local path
    module_options=(-I "$1/Modules")
    while IFS= read -r path; do
        module_options+=(-Xcc "-fmodule-map-file=$path")
    done < <(find "$1"/*.build -maxdepth 1 -name module.modulemap; find Sources .build/checkouts/*/Sources -name module.modulemap)
    while IFS= read -r path; do
        module_options+=(-I "$path")
    done < <(find Sources .build/checkouts/*/Sources -type d -name include)
}
