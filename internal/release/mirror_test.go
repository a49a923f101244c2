package release

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tallystick/internal/stat"
	"tallystick/internal/testkit"
)

// roundTrip copies a folder of releases to a store and back and wants the same bytes.
func roundTrip(t *testing.T, store Store) {
	t.Helper()
	key := testKey(t, 1)
	dir := logged(t, 2, key)
	done, err := Push(t.Context(), dir, store)
	if err != nil || len(done.Releases) != 2 || done.Size != 2 {
		t.Fatalf("Push = %+v, %v", done, err)
	}
	if done, err = Push(t.Context(), dir, store); err != nil || done.Files != 0 {
		t.Errorf("Push of what is there = %+v, %v; want nothing copied", done, err)
	}
	back := testkit.Folder(t)
	if done, err = Pull(t.Context(), store, back, key.Public()); err != nil || len(done.Releases) != 2 {
		t.Fatalf("Pull = %+v, %v", done, err)
	}
	later := sample("2026-12-01", noon.AddDate(0, 0, 7))
	later.Key = key
	seal(t, dir, later)
	if _, err := Push(t.Context(), dir, store); err != nil {
		t.Fatal(err)
	}
	if _, err := Pull(t.Context(), store, back, key.Public()); err != nil {
		t.Fatal(err)
	}
	if _, err := Recall(dir, "2026-12-01", "Another comes first.", noon, key); err != nil {
		t.Fatal(err)
	}
	d := sample("2026-11-25", noon.Add(24*time.Hour))
	d.Key = key
	seal(t, dir, d)
	if err := Remove(dir, "2026-11-24", "By order of a court.", key); err != nil {
		t.Fatal(err)
	}
	if done, err = Push(t.Context(), dir, store); err != nil || cmp.Diff(done.Releases, []string{"2026-11-25"}) != "" {
		t.Fatalf("Push of one more = %+v, %v", done, err)
	}
	if done, err = Pull(t.Context(), store, back, key.Public()); err != nil || cmp.Diff(done.Releases, []string{"2026-11-25"}) != "" {
		t.Fatalf("Pull of one more = %+v, %v", done, err)
	}
	if diff := cmp.Diff(tree(t, dir), tree(t, back)); diff != "" {
		t.Errorf("the copy differs:\n%s", diff)
	}
	if issues, _, err := VerifyAll(back, key.Public()); err != nil || len(issues) > 0 {
		t.Errorf("VerifyAll of the copy = %v, %v", issues, err)
	}
	for _, path := range []string{"2026-11-24/" + ManifestFile, "2026-12-01/" + ManifestFile, "2026-12-01/" + ObservationsFile} {
		if _, err := store.Read(t.Context(), path, maxManifest); !errors.Is(err, stat.ErrNotFound) {
			t.Errorf("%s is in the store, and its release is gone: %v", path, err)
		}
	}
	if _, err := Pull(t.Context(), store, testkit.Folder(t), testKey(t, 2).Public()); !errors.Is(err, stat.ErrInvalid) {
		t.Errorf("Pull with another key: %v, want ErrInvalid", err)
	}
	if _, err := Push(t.Context(), logged(t, 1, testKey(t, 2)), store); !errors.Is(err, stat.ErrConflict) {
		t.Errorf("Push of another log into the store: %v, want ErrConflict", err)
	}
}

func TestMirrorToAFolderAndBack(t *testing.T) { roundTrip(t, Folder(testkit.Folder(t))) }

// TestMirrorToABucketAndBack runs against a real S3 server: TALLYSTICK_S3_SERVER is the path of a versitygw.
func TestMirrorToABucketAndBack(t *testing.T) {
	bucket, _ := s3(t)
	roundTrip(t, bucket)
}

// s3 opens a bucket of a real S3 server and returns it with a function that kills the server.
func s3(t *testing.T) (*Bucket, func()) {
	t.Helper()
	endpoint, kill := testkit.S3(t)
	b, err := OpenBucket("s3://public/site/releases", BucketOptions{Endpoint: endpoint, Region: "us-east-1",
		AccessKey: testkit.S3User, SecretKey: testkit.S3Password, Timeout: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	return b, kill
}

func TestCacheServesOnWhenTheBucketIsGone(t *testing.T) {
	bucket, kill := s3(t)
	key := testKey(t, 1)
	if _, err := Push(t.Context(), logged(t, 2, key), bucket); err != nil {
		t.Fatal(err)
	}
	cache := testkit.Folder(t)
	if _, err := Pull(t.Context(), bucket, cache, key.Public()); err != nil {
		t.Fatal(err)
	}
	kill()
	if _, err := Pull(t.Context(), bucket, cache, key.Public()); err == nil {
		t.Error("Pull from a dead server: no error")
	}
	lib, err := OpenLibrary(cache, key.Public())
	if err != nil {
		t.Fatal(err)
	}
	if r, err := lib.Latest(noon); err != nil || r.ID() != "2026-11-24.2" {
		t.Errorf("Latest = %v, %v", r, err)
	}
}

// lying is a store that changes or loses one of the files it is asked for.
type lying struct {
	Store
	reads int // so many reads before it lies
	lie   func([]byte) ([]byte, error)
}

func (l *lying) Read(ctx context.Context, path string, limit int64) ([]byte, error) {
	data, err := l.Store.Read(ctx, path, limit)
	l.reads--
	if err == nil && l.reads == -1 {
		return l.lie(data)
	}
	return data, err
}

// TestStoreIsNotTrusted lets a store lie at each of its reads in turn, in several ways. The copy must be refused
// and the folder must show nothing wrong; the next honest pull must finish.
func TestStoreIsNotTrusted(t *testing.T) {
	key := testKey(t, 1)
	dir := logged(t, 2, key)
	store := Folder(testkit.Folder(t))
	if _, err := Push(t.Context(), dir, store); err != nil {
		t.Fatal(err)
	}
	const many = 1 << 20
	counting := &lying{Store: store, reads: many}
	if _, err := Pull(t.Context(), counting, testkit.Folder(t), key.Public()); err != nil {
		t.Fatal(err)
	}
	total := many - counting.reads
	random := rand.New(rand.NewPCG(3, 4))
	lies := map[string]func([]byte) ([]byte, error){
		"a flipped bit": func(b []byte) ([]byte, error) {
			if len(b) == 0 {
				return []byte{1}, nil
			}
			b[random.IntN(len(b))] ^= 1 << random.IntN(8)
			return b, nil
		},
		"a byte less": func(b []byte) ([]byte, error) {
			if len(b) == 0 {
				return []byte{1}, nil
			}
			return b[:len(b)-1], nil
		},
		"a byte more":    func(b []byte) ([]byte, error) { return append(b, ' '), nil },
		"a missing file": func([]byte) ([]byte, error) { return nil, fmt.Errorf("lost: %w", stat.ErrNotFound) },
		"a fault":        func([]byte) ([]byte, error) { return nil, errors.New("connection reset") },
	}
	cases := 0
	for name, lie := range lies {
		for at := range total {
			cases++
			cache := testkit.Folder(t)
			_, err := Pull(t.Context(), &lying{store, at, lie}, cache, key.Public())
			if err == nil {
				t.Errorf("%s at read %d of %d was not noticed", name, at, total)
			}
			if has, _ := hasLog(cache); has {
				t.Errorf("%s at read %d: the folder has a log", name, at)
			}
			if at%7 != 0 {
				continue
			}
			if _, err := Pull(t.Context(), store, cache, key.Public()); err != nil {
				t.Errorf("after %s at read %d: %v", name, at, err)
			}
			if issues, _, err := VerifyAll(cache, key.Public()); err != nil || len(issues) > 0 {
				t.Errorf("after %s at read %d: %v, %v", name, at, issues, err)
			}
		}
	}
	if cases < 100 {
		t.Errorf("only %d cases", cases)
	}
}

func TestPullRefusesAStoreThatWasSetBack(t *testing.T) {
	key := testKey(t, 1)
	dir := logged(t, 2, key)
	store, cache := Folder(testkit.Folder(t)), testkit.Folder(t)
	if _, err := Push(t.Context(), dir, store); err != nil {
		t.Fatal(err)
	}
	if _, err := Pull(t.Context(), store, cache, key.Public()); err != nil {
		t.Fatal(err)
	}
	older, err := os.ReadFile(checkpointPath(dir, 1))
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Write(t.Context(), "log/checkpoint", older); err != nil {
		t.Fatal(err)
	}
	if _, err := Pull(t.Context(), store, cache, key.Public()); !errors.Is(err, stat.ErrInvalid) {
		t.Errorf("Pull: %v, want ErrInvalid", err)
	}
	if issues, l, err := VerifyAll(cache, key.Public()); err != nil || len(issues) > 0 || l.Size() != 2 {
		t.Errorf("VerifyAll = %v, %v", issues, err)
	}
}

func TestFolderWithoutALogIsNotMirrored(t *testing.T) {
	dir := testkit.Folder(t)
	seal(t, dir, sample("2026-11-24", noon))
	if _, err := Push(t.Context(), dir, Folder(testkit.Folder(t))); !errors.Is(err, stat.ErrConflict) {
		t.Errorf("Push: %v, want ErrConflict", err)
	}
	if _, err := Pull(t.Context(), Folder(dir), testkit.Folder(t), ""); !errors.Is(err, stat.ErrNotFound) {
		t.Errorf("Pull: %v, want ErrNotFound", err)
	}
}

func TestStoreAddresses(t *testing.T) {
	for _, c := range []struct{ address, endpoint, want string }{
		{"s3://bucket/a/b/", "https://s3.example.org", "s3://bucket/a/b/"},
		{"s3://bucket", "http://127.0.0.1:7070", "s3://bucket/"},
		{"/srv/releases", "", "/srv/releases"},
	} {
		s, err := OpenStore(c.address, BucketOptions{Endpoint: c.endpoint, SecretKey: "secret"})
		if err != nil || s.String() != c.want {
			t.Errorf("OpenStore(%s) = %v, %v; want %s", c.address, s, err, c.want)
		}
	}
	for _, c := range [][2]string{{"s3://", "https://x"}, {"s3://bucket", ""}, {"s3://bucket", "ftp://x"}, {"http://x/y", ""}} {
		if _, err := OpenStore(c[0], BucketOptions{Endpoint: c[1]}); !errors.Is(err, stat.ErrInvalid) || strings.Contains(err.Error(), "secret") {
			t.Errorf("OpenStore(%s) at %q: %v, want ErrInvalid", c[0], c[1], err)
		}
	}
}
