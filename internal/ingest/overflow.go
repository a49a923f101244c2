package ingest

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
)

// overflow keeps bytes until they are read again: the first in memory, and when they are many, in a temporary file
// without a name, of which nothing is left after a crash.
type overflow struct {
	memory []byte
	file   *os.File
}

const overflowSize = 1 << 20

func (o *overflow) write(b []byte) error {
	o.memory = append(o.memory, b...)
	if len(o.memory) < overflowSize {
		return nil
	}
	if o.file == nil {
		f, err := os.CreateTemp("", "tallystick-*")
		if err != nil {
			return fmt.Errorf("keeping keys aside: %w", err)
		}
		if err := os.Remove(f.Name()); err != nil {
			f.Close()
			return fmt.Errorf("keeping keys aside: %w", err)
		}
		o.file = f
	}
	if _, err := o.file.Write(o.memory); err != nil {
		return fmt.Errorf("keeping keys aside: %w", err)
	}
	o.memory = o.memory[:0]
	return nil
}

// reader reads what has been written so far, from the beginning. It must have been read before more is written.
func (o *overflow) reader() (io.Reader, error) {
	if o.file == nil {
		return bytes.NewReader(o.memory), nil
	}
	info, err := o.file.Stat()
	if err != nil {
		return nil, fmt.Errorf("keeping keys aside: %w", err)
	}
	file := bufio.NewReaderSize(io.NewSectionReader(o.file, 0, info.Size()), overflowSize)
	return io.MultiReader(file, bytes.NewReader(o.memory)), nil
}

func (o *overflow) close() {
	if o.file != nil {
		o.file.Close()
	}
}

// writerFunc makes a writer of a function that writes all or fails.
type writerFunc func([]byte) error

func (w writerFunc) Write(b []byte) (int, error) {
	if err := w(b); err != nil {
		return 0, err
	}
	return len(b), nil
}
