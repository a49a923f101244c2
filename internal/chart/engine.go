package chart

import (
	"fmt"
	"runtime"
	"sync"
	"time"

	"github.com/dop251/goja"

	"tallystick/static"
)

// echartsFile is the file that browsers get, too: what is drawn here and there comes from the same code.
const echartsFile = "vendor/echarts-6.1.0/echarts.min.js"

// renderDeadline ends a drawing that does not come to an end. A usual one takes a twentieth of a second; the rest is for
// machines that are busy with something else, since a release must not fail on them.
const renderDeadline = 30 * patience * time.Second

// before gives ECharts the timers it asks for. They do nothing: a drawing is made in one go, and callbacks that
// are kept would never be freed.
const before = `var setTimeout=function(){return 0},clearTimeout=function(){},` +
	`setInterval=function(){return 0},clearInterval=function(){};`

// after lets ECharts measure text with the real font, and defines the one function that is called from Go.
const after = `
echarts.setPlatformAPI({measureText:function(text,font){return {width:measureText(text,font||'')}}});
function draw(options,width,height){
	var chart=echarts.init(null,null,{renderer:'svg',ssr:true,width:width,height:height});
	try{chart.setOption(JSON.parse(options));return chart.renderToSVGString({useViewBox:true})}
	finally{chart.dispose()}
}`

// script compiles ECharts, once in a process and not before the first drawing: it takes about 0.3 s and 13 MB.
var script = sync.OnceValues(func() (*goja.Program, error) {
	source, err := static.FS.ReadFile(echartsFile)
	if err != nil {
		return nil, err
	}
	return goja.Compile(echartsFile, before+string(source)+after, false)
})

// machine is one JavaScript engine with ECharts loaded; about 20 ms and 6 MB. It serves one drawing at a time.
type machine struct {
	vm   *goja.Runtime
	draw goja.Callable
}

func newMachine() (*machine, error) {
	program, err := script()
	if err != nil {
		return nil, err
	}
	vm := goja.New()
	if err := vm.Set("measureText", measureFont); err != nil {
		return nil, err
	}
	if _, err := vm.RunProgram(program); err != nil {
		return nil, err
	}
	draw, ok := goja.AssertFunction(vm.Get("draw"))
	if !ok {
		return nil, fmt.Errorf("%s does not define draw", echartsFile)
	}
	return &machine{vm, draw}, nil
}

// idle holds machines that wait for work, as many as there are processors; drawings beyond that wait their turn.
var idle = sync.OnceValue(func() chan *machine {
	n := runtime.GOMAXPROCS(0)
	c := make(chan *machine, n)
	for range n {
		c <- nil // a place in which a machine will be made when it is needed
	}
	return c
})

// Warm makes ready what the first drawing and the first picture of a process would wait for: about 2 s of one processor
// and 40 MB.
func Warm() error {
	for range cap(idle()) {
		m, err := <-idle(), error(nil)
		if m == nil {
			m, err = newMachine()
		}
		idle() <- m
		if err != nil {
			return err
		}
	}
	_, err := resvg()
	return err
}

// render draws the options with ECharts and returns its SVG, which is not to be trusted yet.
func render(options []byte, width, height int) (string, error) {
	m := <-idle()
	svg, err := "", error(nil)
	if m == nil {
		m, err = newMachine()
	}
	if err == nil {
		svg, err = m.render(options, width, height)
	}
	if err != nil {
		m = nil // what an interrupted machine still holds is not known
	}
	idle() <- m
	return svg, err
}

func (m *machine) render(options []byte, width, height int) (string, error) {
	timer := time.AfterFunc(renderDeadline, func() {
		m.vm.Interrupt(fmt.Sprintf("not drawn within %v", renderDeadline))
	})
	value, err := m.draw(goja.Undefined(), m.vm.ToValue(string(options)), m.vm.ToValue(width), m.vm.ToValue(height))
	if !timer.Stop() && err == nil {
		err = fmt.Errorf("not drawn within %v", renderDeadline)
	}
	if err != nil {
		return "", fmt.Errorf("echarts: %w", err)
	}
	return value.String(), nil
}
