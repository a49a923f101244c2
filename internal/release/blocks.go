package release

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"tallystick/internal/stat"
)

// A release holds, beside the checksum of every file, eight bytes of the checksum of every 4,096 bytes of it,
// so that a fault can be told to the block. What counts is the manifest; this only says where to look.
const (
	blockBytes  = 4096
	blockDigits = 16
)

// blocks are the short checksums of each file's blocks, one after the other, by path.
type blocks map[string]string

func blocksOf(files map[string][]byte) ([]byte, error) {
	all := blocks{}
	for path, data := range files {
		var sums strings.Builder
		for start := 0; start < len(data); start += blockBytes {
			sums.WriteString(blockSum(data[start:min(start+blockBytes, len(data))]))
		}
		all[path] = sums.String()
	}
	return Canonical(all)
}

func blockSum(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])[:blockDigits]
}

// readBlocks returns the blocks of a release, or nothing if they cannot be trusted or are not there.
func readBlocks(dir string, m stat.Manifest) blocks {
	for _, ref := range m.Files {
		if ref.Path != BlocksFile {
			continue
		}
		data, err := readChecked(dir, ref)
		if err != nil {
			return nil
		}
		var all blocks
		if json.Unmarshal(data, &all) != nil {
			return nil
		}
		return all
	}
	return nil
}

// where says, as a sentence that follows another, between which bytes a file differs from what was sealed.
func (b blocks) where(path string, data []byte) string {
	sums, ok := b[path]
	if !ok {
		return ""
	}
	first, last := -1, -1
	for i := 0; i*blockBytes < len(data) || i*blockDigits < len(sums); i++ {
		var want, got string
		if i*blockDigits < len(sums) {
			want = sums[i*blockDigits : min((i+1)*blockDigits, len(sums))]
		}
		if i*blockBytes < len(data) {
			got = blockSum(data[i*blockBytes : min((i+1)*blockBytes, len(data))])
		}
		if want == got {
			continue
		}
		if first < 0 {
			first = i * blockBytes
		}
		last = min((i+1)*blockBytes, len(data))
	}
	switch {
	case first < 0:
		return ""
	case first >= len(data):
		return fmt.Sprintf(" It is cut off at byte %d.", len(data))
	default:
		return fmt.Sprintf(" The difference lies between byte %d and byte %d.", first, last)
	}
}
