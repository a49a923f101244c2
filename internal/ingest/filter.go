package ingest

// filter is a Bloom filter in blocks of one cache line: of a key that was not added it says so, but for a few. With 32
// bits for each key one in a hundred thousand is taken for one that was added, with 8 bits one in forty. Its length is
// a power of two.
type filter [][blockWords]uint64

const (
	blockWords = 8
	blockBytes = 8 * blockWords
)

// add adds a key by its hash, and reports whether it is certain that it was not there.
func (f filter) add(hash uint64) bool {
	block := &f[mix(hash)&uint64(len(f)-1)]
	fresh := false
	for i := range block { // one bit in each word, of 64: 6 bits of the hash say which
		bit := uint64(1) << (hash >> (6 * i) & 63)
		fresh = fresh || block[i]&bit == 0
		block[i] |= bit
	}
	return fresh
}
