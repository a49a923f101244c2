package chart

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"

	"tallystick/internal/stat"
	"tallystick/static"
)

// resvgFile is the renderer that turns a drawing into a picture, as WebAssembly: no library of the system is
// needed, and equal drawings give equal bytes everywhere.
const resvgFile = "vendor/resvg-wasm-2.6.2/index_bg.wasm"

// maxPixels bounds the width of a picture.
const maxPixels = 4096

// PNG makes a picture of an SVG file, such as Figure.Standalone, with the given width in pixels. The colours must
// be real ones: a picture has no style sheet. It returns stat.ErrInvalid for a width that is not between 1 and 4096
// and for a file that is no drawing. It takes 0.1 to 0.5 s, and 2 s more the first time in a process.
func PNG(ctx context.Context, svg []byte, width int) ([]byte, error) {
	if width < 1 || width > maxPixels {
		return nil, fmt.Errorf("picture %d pixels wide, at most %d are made: %w", width, maxPixels, stat.ErrInvalid)
	}
	r, err := resvg()
	if err != nil {
		return nil, err
	}
	options, err := json.Marshal(map[string]any{
		"font": map[string]any{"loadSystemFonts": false, "defaultFontFamily": "Public Sans",
			"sansSerifFamily": "Public Sans"},
		"fitTo": map[string]any{"mode": "width", "value": width},
	})
	if err != nil {
		return nil, err
	}
	return r.render(ctx, string(svg), string(options))
}

// rasterizer is the compiled renderer. Each picture is made in an instance of its own, so that nothing is carried
// from one to the next and several can be made at once.
type rasterizer struct {
	runtime  wazero.Runtime
	compiled wazero.CompiledModule
	fonts    *objects
}

// resvg compiles the renderer, once in a process and not before the first picture.
var resvg = sync.OnceValues(func() (*rasterizer, error) {
	ctx := context.Background()
	binary, err := static.FS.ReadFile(resvgFile)
	if err != nil {
		return nil, err
	}
	fonts := &objects{}
	for _, weight := range []int{regular, semibold, bold} {
		font, err := static.FS.ReadFile(fontFiles[weight])
		if err != nil {
			return nil, err
		}
		fonts.items = append(fonts.items, font)
	}
	r := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfig().WithCloseOnContextDone(true))
	if err := imports(ctx, r); err != nil {
		return nil, err
	}
	compiled, err := r.CompileModule(ctx, binary)
	if err != nil {
		return nil, err
	}
	return &rasterizer{r, compiled, fonts}, nil
})

// The renderer was built for JavaScript (wasm-bindgen): it holds JavaScript objects by number and asks its host to
// work with them. These are the few kinds of object that it asks for.
type (
	objects struct{ items []any } // an array
	walk    struct {              // an iterator over one
		over *objects
		next int
	}
	step struct { // what an iterator gives
		done  bool
		value any
	}
	memory struct{}                        // the memory of the instance
	window struct{ offset, length uint32 } // a view of a part of it
)

// host holds the objects of one instance by their numbers.
type host struct {
	heap []any
	free []uint32
}

func (h *host) put(v any) uint32 {
	if n := len(h.free); n > 0 {
		i := h.free[n-1]
		h.free = h.free[:n-1]
		h.heap[i] = v
		return i
	}
	h.heap = append(h.heap, v)
	return uint32(len(h.heap) - 1)
}

func (h *host) take(i uint32) any {
	v := h.heap[i]
	h.heap[i] = nil
	h.free = append(h.free, i)
	return v
}

type hostKey struct{}

// newHost begins with the numbers that wasm-bindgen keeps for itself: 128 places, then undefined, null, true, false.
func newHost() *host { return &host{heap: append(make([]any, 130), true, false)} }

// fail ends the call into the instance with an error.
func fail(format string, arguments ...any) { panic(fmt.Errorf("resvg: "+format, arguments...)) }

// read copies a part of the memory of an instance.
func read(m api.Module, offset, length uint32) []byte {
	data, ok := m.Memory().Read(offset, length)
	if !ok {
		fail("read of %d bytes at %d", length, offset)
	}
	return bytes.Clone(data)
}

func write(m api.Module, offset uint32, data []byte) {
	if !m.Memory().Write(offset, data) {
		fail("write of %d bytes at %d", len(data), offset)
	}
}

// content gives the bytes of an array of bytes, wherever they are.
func content(m api.Module, v any) []byte {
	switch v := v.(type) {
	case []byte:
		return v
	case window:
		return read(m, v.offset, v.length)
	case memory:
		return read(m, 0, m.Memory().Size())
	}
	fail("%T is no array of bytes", v)
	return nil
}

// store copies data into the instance and returns where it lies.
func store(ctx context.Context, m api.Module, data []byte) uint32 {
	result, err := m.ExportedFunction("__wbindgen_malloc").Call(ctx, uint64(len(data)), 1)
	if err != nil {
		fail("%w", err)
	}
	write(m, uint32(result[0]), data)
	return uint32(result[0])
}

// imports gives the renderer the functions of its host. Their names are those that wasm-bindgen made up.
func imports(ctx context.Context, r wazero.Runtime) error {
	type function = func(ctx context.Context, m api.Module, h *host, a []uint32) uint32
	i32 := func(n int) []api.ValueType {
		list := make([]api.ValueType, n)
		for i := range list {
			list[i] = api.ValueTypeI32
		}
		return list
	}
	builder := r.NewHostModuleBuilder("wbg")
	define := func(name string, parameters, results int, f function) {
		called := func(ctx context.Context, m api.Module, stack []uint64) {
			arguments := make([]uint32, parameters)
			for i := range arguments {
				arguments[i] = uint32(stack[i])
			}
			result := f(ctx, m, ctx.Value(hostKey{}).(*host), arguments)
			if results > 0 {
				stack[0] = uint64(result)
			}
		}
		builder.NewFunctionBuilder().WithGoModuleFunction(api.GoModuleFunc(called), i32(parameters), i32(results)).
			Export(name)
	}
	text := func(_ context.Context, m api.Module, h *host, a []uint32) uint32 {
		return h.put(string(read(m, a[0], a[1])))
	}
	define("__wbg_new_28c511d9baebfa89", 2, 1, func(_ context.Context, m api.Module, h *host, a []uint32) uint32 {
		return h.put(errors.New(string(read(m, a[0], a[1]))))
	})
	define("__wbindgen_string_new", 2, 1, text)
	define("__wbindgen_memory", 0, 1, func(_ context.Context, _ api.Module, h *host,
		_ []uint32) uint32 {
		return h.put(memory{})
	})
	define("__wbg_buffer_12d079cc21e14bdb", 1, 1, func(_ context.Context, _ api.Module, h *host, a []uint32) uint32 {
		return h.put(h.heap[a[0]])
	})
	define("__wbg_newwithbyteoffsetandlength_aa4a17c33a06e5cb", 3, 1,
		func(_ context.Context, _ api.Module, h *host, a []uint32) uint32 { return h.put(window{a[1], a[2]}) })
	define("__wbindgen_object_drop_ref", 1, 0, func(_ context.Context, _ api.Module, h *host, a []uint32) uint32 {
		h.take(a[0])
		return 0
	})
	define("__wbg_new_63b92bc8671ed464", 1, 1, func(_ context.Context, m api.Module, h *host, a []uint32) uint32 {
		if _, whole := h.heap[a[0]].(memory); whole {
			return h.put(window{0, m.Memory().Size()})
		}
		return h.put(content(m, h.heap[a[0]]))
	})
	define("__wbg_values_839f3396d5aac002", 1, 1, func(_ context.Context, _ api.Module, h *host, a []uint32) uint32 {
		return h.put(&walk{over: h.heap[a[0]].(*objects)})
	})
	define("__wbg_next_196c84450b364254", 1, 1, func(_ context.Context, _ api.Module, h *host, a []uint32) uint32 {
		w := h.heap[a[0]].(*walk)
		if w.next >= len(w.over.items) {
			return h.put(step{done: true})
		}
		w.next++
		return h.put(step{value: w.over.items[w.next-1]})
	})
	define("__wbg_done_298b57d23c0fc80c", 1, 1, func(_ context.Context, _ api.Module, h *host, a []uint32) uint32 {
		if h.heap[a[0]].(step).done {
			return 1
		}
		return 0
	})
	define("__wbg_value_d93c65011f51a456", 1, 1, func(_ context.Context, _ api.Module, h *host, a []uint32) uint32 {
		return h.put(h.heap[a[0]].(step).value)
	})
	define("__wbg_instanceof_Uint8Array_2b3bbecd033d19f6", 1, 1, func(_ context.Context, _ api.Module, h *host,
		a []uint32) uint32 {
		switch h.heap[a[0]].(type) {
		case []byte, window:
			return 1
		}
		return 0
	})
	define("__wbindgen_string_get", 2, 0, func(ctx context.Context, m api.Module, h *host, a []uint32) uint32 {
		place := make([]byte, 8) // pointer and length; both zero if it is no text
		if s, ok := h.heap[a[1]].(string); ok {
			binary.LittleEndian.PutUint32(place, store(ctx, m, []byte(s)))
			binary.LittleEndian.PutUint32(place[4:], uint32(len(s)))
		}
		write(m, a[0], place)
		return 0
	})
	define("__wbg_new_16b304a2cfa7ff4a", 0, 1, func(_ context.Context, _ api.Module, h *host, _ []uint32) uint32 {
		return h.put(&objects{})
	})
	define("__wbg_push_a5b05aedc7234f9f", 2, 1, func(_ context.Context, _ api.Module, h *host, a []uint32) uint32 {
		list := h.heap[a[0]].(*objects)
		list.items = append(list.items, h.heap[a[1]])
		return uint32(len(list.items))
	})
	define("__wbg_length_c20a40f15020d68a", 1, 1, func(_ context.Context, m api.Module, h *host, a []uint32) uint32 {
		if w, ok := h.heap[a[0]].(window); ok {
			return w.length
		}
		return uint32(len(content(m, h.heap[a[0]])))
	})
	define("__wbg_set_a47bac70306a19a7", 3, 0, func(_ context.Context, m api.Module, h *host, a []uint32) uint32 {
		data := content(m, h.heap[a[1]])
		switch target := h.heap[a[0]].(type) {
		case window:
			write(m, target.offset+a[2], data)
		case []byte:
			copy(target[a[2]:], data)
		default:
			fail("%T cannot be written to", target)
		}
		return 0
	})
	define("__wbindgen_throw", 2, 0, func(_ context.Context, m api.Module, _ *host, a []uint32) uint32 {
		fail("%s", read(m, a[0], a[1]))
		return 0
	})
	_, err := builder.Instantiate(ctx)
	return err
}

// render makes one picture.
func (r *rasterizer) render(ctx context.Context, svg, options string) (png []byte, err error) {
	h := newHost()
	ctx = context.WithValue(ctx, hostKey{}, h)
	m, err := r.runtime.InstantiateModule(ctx, r.compiled, wazero.NewModuleConfig().WithName(""))
	if err != nil {
		return nil, fmt.Errorf("resvg: %w", err)
	}
	defer m.Close(ctx)
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%v", p)
		}
	}()
	picture, err := r.call(ctx, m, h, "resvg_new", func() []uint64 {
		text := store(ctx, m, []byte(options))
		return []uint64{uint64(h.put(svg)), uint64(text), uint64(len(options)), uint64(h.put(&objects{r.fonts.items}))}
	})
	if err != nil {
		return nil, err
	}
	image, err := r.call(ctx, m, h, "resvg_render", func() []uint64 { return []uint64{uint64(picture)} })
	if err != nil {
		return nil, err
	}
	bytes, err := r.call(ctx, m, h, "renderedimage_asPng", func() []uint64 { return []uint64{uint64(image)} })
	if err != nil {
		return nil, err
	}
	return content(m, h.take(bytes)), nil
}

// call calls a function of the renderer that gives back a value or an error, both through a place on its stack.
func (r *rasterizer) call(ctx context.Context, m api.Module, h *host, name string,
	arguments func() []uint64) (uint32, error) {
	stack := m.ExportedFunction("__wbindgen_add_to_stack_pointer")
	place, err := stack.Call(ctx, api.EncodeI32(-16))
	if err != nil {
		return 0, fmt.Errorf("resvg: %w", err)
	}
	if _, err := m.ExportedFunction(name).Call(ctx, append(place, arguments()...)...); err != nil {
		return 0, fmt.Errorf("resvg: %w", err)
	}
	result := read(m, uint32(place[0]), 12)
	if _, err := stack.Call(ctx, 16); err != nil {
		return 0, fmt.Errorf("resvg: %w", err)
	}
	if binary.LittleEndian.Uint32(result[8:]) != 0 {
		return 0, fmt.Errorf("resvg: %v: %w", h.take(binary.LittleEndian.Uint32(result[4:])), stat.ErrInvalid)
	}
	return binary.LittleEndian.Uint32(result), nil
}
