/* The module recorder.codec._kernel: its table of functions, and the arrays that they are given. See kernel.h. */

#include "kernel.h"

#define VERSION 5 /* raised with every change of a function: fused.py takes no other */

int holds(int condition, const char *otherwise) {
    if (!condition) {
        PyErr_SetString(PyExc_ValueError, otherwise);
    }
    return condition;
}

int is_inside(Py_ssize_t top, Py_ssize_t left, Py_ssize_t rows, Py_ssize_t columns, Py_ssize_t all_rows,
              Py_ssize_t all_columns) {
    return top >= 0 && left >= 0 && rows >= 0 && columns >= 0 && rows <= all_rows && columns <= all_columns &&
           top <= all_rows - rows && left <= all_columns - columns;
}

static int open_buffer(PyObject *array, Py_ssize_t item_bytes, int dimensions, Access access, Py_buffer *view) {
    int flags = PyBUF_STRIDES | (access == FOR_WRITING ? PyBUF_WRITABLE : 0);
    if (PyObject_GetBuffer(array, view, flags) < 0) {
        return 0;
    }
    return holds(view->ndim == dimensions, "an array has the wrong number of dimensions") &&
           holds(view->itemsize == item_bytes, "an array has items of the wrong size") &&
           holds((uintptr_t)view->buf % (size_t)item_bytes == 0, "an array is not aligned");
}

int open_plane(PyObject *array, Py_ssize_t item_bytes, Access access, Plane *plane) {
    if (!open_buffer(array, item_bytes, 2, access, &plane->view)) {
        return 0;
    }
    plane->start = plane->view.buf;
    plane->rows = plane->view.shape[0];
    plane->columns = plane->view.shape[1];
    plane->stride = plane->view.strides[0];
    if (plane->rows == 0 || plane->columns == 0) {
        return 1; /* NumPy may give any strides then; they lead nowhere */
    }
    return holds(plane->columns == 1 || plane->view.strides[1] == item_bytes, "pixels do not stand side by side") &&
           holds(plane->rows == 1 || plane->stride / item_bytes >= plane->columns, "rows of an array overlap") &&
           holds(plane->rows == 1 || plane->stride % item_bytes == 0, "rows of an array are not aligned");
}

int open_row(PyObject *array, Py_ssize_t item_bytes, Access access, Row *row) {
    if (!open_buffer(array, item_bytes, 1, access, &row->view)) {
        return 0;
    }
    row->start = row->view.buf;
    row->count = row->view.shape[0];
    return holds(row->count <= 1 || row->view.strides[0] == item_bytes, "items do not stand side by side");
}

void close_plane(Plane *plane) {
    PyBuffer_Release(&plane->view); /* which does nothing for what was never opened */
}

void close_row(Row *row) {
    PyBuffer_Release(&row->view);
}

int open_tiles(PyObject *canvas_array, Access access, Plane *canvas, PyObject *positions_array, Row *positions) {
    int64_t tiles, outside = 0;
    if (!open_plane(canvas_array, sizeof(uint32_t), access, canvas) ||
        !open_row(positions_array, sizeof(int64_t), FOR_READING, positions) ||
        !holds(canvas->rows % TILE_ROWS == 0 && canvas->columns % TILE_COLUMNS == 0,
               "a picture is not made of whole tiles")) {
        return 0;
    }
    tiles = (int64_t)(canvas->rows / TILE_ROWS) * (canvas->columns / TILE_COLUMNS);
    for (Py_ssize_t i = 0; i < positions->count; i++) {
        int64_t position = numbers_of(positions)[i];
        outside |= position < 0 || position >= tiles;
    }
    return holds(!outside, "a tile is not in the picture");
}

PyObject *none_if(int is_sound) {
    if (!is_sound) {
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyMethodDef functions[] = {
    {"take_in", kernel_take_in, METH_VARARGS, NULL},
    {"put_right", kernel_put_right, METH_VARARGS, NULL},
    {"count_wrong", kernel_count_wrong, METH_VARARGS, NULL},
    {"settle", kernel_settle, METH_VARARGS, NULL},
    {"hash_tiles", kernel_hash_tiles, METH_VARARGS, NULL},
    {"same_tiles", kernel_same_tiles, METH_VARARGS, NULL},
    {"equal_tiles", kernel_equal_tiles, METH_VARARGS, NULL},
    {"take_tiles", kernel_take_tiles, METH_VARARGS, NULL},
    {"store_tiles", kernel_store_tiles, METH_VARARGS, NULL},
    {"stamp_tiles", kernel_stamp_tiles, METH_VARARGS, NULL},
    {"count_variety", kernel_count_variety, METH_VARARGS, NULL},
    {"move_area", kernel_move_area, METH_VARARGS, NULL},
    {"best_area", kernel_best_area, METH_VARARGS, NULL},
    {"wrong_by_column", kernel_wrong_by_column, METH_VARARGS, NULL},
    {"wrong_by_row", kernel_wrong_by_row, METH_VARARGS, NULL},
    {"find_landmarks", kernel_find_landmarks, METH_VARARGS, NULL},
    {"meet_landmarks", kernel_meet_landmarks, METH_VARARGS, NULL},
    {"scrolled_by", kernel_scrolled_by, METH_VARARGS, NULL},
    {"press", kernel_press, METH_VARARGS, NULL},
    {"find_runs", kernel_find_runs, METH_VARARGS, NULL},
    {"find_colours", kernel_find_colours, METH_VARARGS, NULL},
    {"change_symbols", kernel_change_symbols, METH_VARARGS, NULL},
    {"numbered_tiles", kernel_numbered_tiles, METH_VARARGS, NULL},
    {"pack_tiles", kernel_pack_tiles, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static int begin(PyObject *module) {
    return PyModule_AddIntConstant(module, "VERSION", VERSION);
}

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, begin},
    {0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "recorder.codec._kernel",
    .m_doc = "Loops of the screen codec, compiled; see kernel.h.",
    .m_methods = functions,
    .m_slots = slots,
};

PyMODINIT_FUNC PyInit__kernel(void) {
    return PyModuleDef_Init(&definition);
}
