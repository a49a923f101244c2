package release

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"tallystick/internal/stat"
)

// A kit is one release in one zip file with all that is needed to verify it without the site: the sealed folder,
// its entry in the log, the proof that the entry is in the log, and the public key. The same release gives the
// same bytes.
const (
	kitEntry  = "proof/entry"
	kitProof  = "proof/proof"
	kitKey    = "proof/key"
	kitReadme = "README.txt"
)

// proofFormat is the first line of a proof, after the format of C2SP (c2sp.org/tlog-proof).
const proofFormat = "c2sp.org/tlog-proof@v1"

// maxKit bounds what is unpacked from a kit, in bytes.
const maxKit = 1 << 30

// readme is part of the format: with another text, kits that are out already would no longer verify.
const readme = `This is release %s as it was published, with the proof that its publisher signed it.

To verify it without a network:

    tallystick verify FILE.zip

The release is the folder %s. Its manifest.json lists the SHA-256 of every file, and can be compared by hand:
sha256sum. proof/entry holds the SHA-256 of manifest.json. proof/proof shows that this entry is in the
publisher's log, whose signed head stands at its end; proof/key is the public key. Compare the key with the one
that the publisher has printed elsewhere.
`

// proof is the proof that an entry is in the log of the checkpoint.
type proof struct {
	index  int64
	hashes tlog.RecordProof
	signed string
}

func (p proof) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\nindex %d\n", proofFormat, p.index)
	for _, h := range p.hashes {
		b.WriteString(h.String() + "\n")
	}
	return b.String() + "\n" + p.signed
}

// parseProof reads a proof; only what text writes is one.
func parseProof(text string) (proof, error) {
	wrong := fmt.Errorf("the text is not a proof in the form %s: %w", proofFormat, stat.ErrInvalid)
	head, signed, ok := strings.Cut(text, "\n\n")
	lines := strings.Split(head, "\n")
	if !ok || len(lines) < 2 {
		return proof{}, wrong
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	if err != nil {
		return proof{}, wrong
	}
	p := proof{index: index, signed: signed}
	for _, line := range lines[2:] {
		sum, err := base64.StdEncoding.Strict().DecodeString(line)
		if err != nil || len(sum) != tlog.HashSize {
			return proof{}, wrong
		}
		p.hashes = append(p.hashes, tlog.Hash(sum))
	}
	if p.text() != text {
		return proof{}, wrong
	}
	return p, nil
}

// prove makes the proof that an entry is in the log as it stood right after it, so that a kit never changes.
func (l *Log) prove(index int64) (proof, error) {
	hashes, err := tlog.ProveRecord(index+1, index, l.hashes())
	if err != nil {
		return proof{}, fmt.Errorf("proof of entry %d: %w", index, err)
	}
	return proof{index, hashes, l.Checkpoints[index+1].Signed}, nil
}

// checkProof verifies that an entry is in the log of a signed checkpoint.
func checkProof(p proof, entry, public string) error {
	c, err := ParseCheckpoint(p.signed, public)
	if err != nil {
		return err
	}
	if err := tlog.CheckRecord(p.hashes, c.Size, c.Root, p.index, tlog.RecordHash([]byte(entry))); err != nil {
		return fmt.Errorf("the entry is not entry %d of the log with root %s: %w", p.index, c.Root, stat.ErrInvalid)
	}
	return nil
}

// Kit writes the release and its proof as one zip file. It returns stat.ErrNotFound for a release without a log.
func (r *Release) Kit(w io.Writer) error {
	if r.log == nil {
		return fmt.Errorf("kit of release %s, which is in no log: %w", r.ID(), stat.ErrNotFound)
	}
	index := int64(r.log.release(r.ID()))
	p, err := r.log.prove(index)
	if err != nil {
		return err
	}
	files := map[string][]byte{
		kitEntry: []byte(r.log.Entries[index].text()),
		kitProof: []byte(p.text()),
		kitKey:   []byte(r.log.keys[index+1] + "\n"),
	}
	manifest, err := readRegular(filepath.Join(r.entry.dir, ManifestFile), maxManifest)
	if err != nil {
		return err
	}
	files[r.ID()+"/"+ManifestFile] = manifest
	for _, ref := range r.entry.manifest.Files {
		data, err := readChecked(r.entry.dir, ref)
		if err != nil {
			return err
		}
		files[r.ID()+"/"+ref.Path] = data
	}
	return writeKit(w, r.ID(), r.PublishedAt(), files)
}

// writeKit writes the files of a kit in their order, each with the time of publication. They are stored, not
// compressed, since compressors change and the bytes of a kit must not.
func writeKit(w io.Writer, id string, at time.Time, files map[string][]byte) error {
	files[kitReadme] = fmt.Appendf(nil, readme, id, id)
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	out := zip.NewWriter(w)
	for _, name := range names {
		f, err := out.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store, Modified: at.UTC()})
		if err == nil {
			_, err = f.Write(files[name])
		}
		if err != nil {
			return fmt.Errorf("kit of release %s: %s: %w", id, name, err)
		}
	}
	return out.Close()
}

// VerifyKit checks a kit without a network: the release in it as Verify does, that its manifest is the one of
// the entry, that the entry is in the log of the signed checkpoint, and that nothing in the zip file differs by
// a byte from how the kit is written. public is the key to trust, or empty to take the one in the kit.
func VerifyKit(file, public string) ([]stat.Issue, stat.Manifest, error) {
	issue := func(name, code, format string, args ...any) []stat.Issue {
		return []stat.Issue{{
			File: strings.TrimSuffix(file+":"+name, ":"), Code: code, Problem: fmt.Sprintf(format, args...) + ".",
			Fix: "Fetch the kit again from its publisher.", Severity: stat.SeverityError,
		}}
	}
	reason := func(err error) string { return strings.TrimSuffix(err.Error(), ": "+stat.ErrInvalid.Error()) }
	packed, err := readRegular(file, maxKit)
	if err != nil {
		return nil, stat.Manifest{}, err
	}
	files, err := unpack(packed)
	if err != nil {
		return issue("", "kit-corrupt", "The zip file cannot be unpacked: %v", err), stat.Manifest{}, nil
	}
	key, whole := strings.CutSuffix(string(files[kitKey]), "\n")
	if !whole {
		return issue(kitKey, "kit-key", "The public key is cut off"), stat.Manifest{}, nil
	}
	if public != "" && key != public {
		return issue(kitKey, "kit-key", "The kit is signed by the key %s, not by %s", key, public), stat.Manifest{}, nil
	}
	e, err := parseEntry(string(files[kitEntry]))
	if err != nil || e.Release == "" {
		return issue(kitEntry, "kit-entry", "The entry cannot be read"), stat.Manifest{}, nil
	}
	p, err := parseProof(string(files[kitProof]))
	if err != nil {
		return issue(kitProof, "kit-proof", "%s", reason(err)), stat.Manifest{}, nil
	}
	if err := checkProof(p, e.text(), key); err != nil {
		return issue(kitProof, "kit-proof", "%s", reason(err)), stat.Manifest{}, nil
	}
	manifest := files[e.Release+"/"+ManifestFile]
	if checksum(manifest) != e.SHA256 {
		return issue(e.Release+"/"+ManifestFile, "manifest-altered", "The manifest has checksum %s, but the entry says %s",
			checksum(manifest), e.SHA256), stat.Manifest{}, nil
	}
	for name := range files {
		if !strings.HasPrefix(name, e.Release+"/") && !slices.Contains([]string{kitEntry, kitProof, kitKey, kitReadme}, name) {
			return issue(name, "file-extra", "The file does not belong in a kit"), stat.Manifest{}, nil
		}
	}
	dir, err := os.MkdirTemp("", "tallystick-kit-")
	if err != nil {
		return nil, stat.Manifest{}, err
	}
	defer os.RemoveAll(dir)
	for name, data := range files {
		full := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			return nil, stat.Manifest{}, err
		}
		if err := os.WriteFile(full, data, 0o644); err != nil {
			return nil, stat.Manifest{}, err
		}
	}
	issues, m, err := verifyFolder(filepath.Join(dir, e.Release))
	for i := range issues {
		issues[i].File = file + ":" + strings.TrimPrefix(issues[i].File, dir+string(filepath.Separator))
	}
	if err != nil || len(issues) > 0 {
		return issues, m, err
	}
	var again bytes.Buffer
	if err := writeKit(&again, m.ID, m.PublishedAt, files); err != nil {
		return nil, m, err
	}
	if at := firstDifference(packed, again.Bytes()); at >= 0 {
		return issue("", "kit-altered", "The zip file differs at byte %d from how the kit of this release is written", at), m, nil
	}
	return nil, m, nil
}

// unpack reads every file of a zip file that holds nothing but regular files with plain paths.
func unpack(packed []byte) (map[string][]byte, error) {
	r, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	left := int64(maxKit)
	for _, f := range r.File {
		if !fs.ValidPath(f.Name) || f.Name != path.Clean(f.Name) || strings.Contains(f.Name, "\\") || !f.Mode().IsRegular() {
			return nil, fmt.Errorf("%q is not a plain file", f.Name)
		}
		if _, ok := files[f.Name]; ok {
			return nil, fmt.Errorf("%q is in the kit twice", f.Name)
		}
		data, err := unpackFile(f, left)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name, err)
		}
		left -= int64(len(data))
		files[f.Name] = data
	}
	return files, nil
}

func unpackFile(f *zip.File, left int64) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(r, left+1))
	if err := errors.Join(err, r.Close()); err != nil {
		return nil, err
	}
	if int64(len(data)) > left {
		return nil, errors.New("the kit is larger than 1 GiB when it is unpacked")
	}
	return data, nil
}
