package release

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"tallystick/internal/stat"
)

// Store is a place that holds releases and their log under the same paths as a folder of releases: another
// folder, or a bucket. Nothing in it is trusted; see Pull.
type Store interface {
	// Read returns a file of at most limit bytes, stat.ErrNotFound if there is none.
	Read(ctx context.Context, path string, limit int64) ([]byte, error)
	// Write puts a file in its place, whole or not at all.
	Write(ctx context.Context, path string, data []byte) error
	// Delete removes a folder with all that is in it; that there is none is no error.
	Delete(ctx context.Context, folder string) error
	// String names the store for a person, without a secret.
	String() string
}

// Folder is a store in a folder of this machine.
type Folder string

// Read returns a file of the folder.
func (f Folder) Read(_ context.Context, path string, limit int64) ([]byte, error) {
	return readRegular(filepath.Join(string(f), filepath.FromSlash(path)), limit)
}

// Write puts a file into the folder.
func (f Folder) Write(_ context.Context, path string, data []byte) error {
	full := filepath.Join(string(f), filepath.FromSlash(path))
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		return err
	}
	return replace(full, data)
}

// Delete removes a folder of the folder.
func (f Folder) Delete(_ context.Context, folder string) error {
	return Discard(filepath.Join(string(f), filepath.FromSlash(folder)))
}

func (f Folder) String() string { return string(f) }

// Bucket is a store in an S3-compatible bucket.
type Bucket struct {
	client *minio.Client
	name   string
	prefix string // empty, or ending in a slash
	shown  string
}

// BucketOptions are what an address does not say. Without keys, the bucket is read without a signature.
type BucketOptions struct {
	Endpoint  string // https://s3.example.org or http://127.0.0.1:7070
	Region    string
	AccessKey string
	SecretKey string
	Timeout   time.Duration // for one request; 0: 30 s
}

// OpenBucket opens the bucket of an address like s3://bucket/prefix. It makes no request.
func OpenBucket(address string, o BucketOptions) (*Bucket, error) {
	at, err := url.Parse(address)
	if err != nil || at.Scheme != "s3" || at.Host == "" {
		return nil, fmt.Errorf("%q is not the address of a bucket, like s3://bucket/prefix: %w", address, stat.ErrInvalid)
	}
	end, err := url.Parse(o.Endpoint)
	if err != nil || end.Host == "" || end.Scheme != "http" && end.Scheme != "https" {
		return nil, fmt.Errorf("%q is not the address of an S3 server, like https://s3.example.org: %w", o.Endpoint, stat.ErrInvalid)
	}
	if o.Timeout == 0 {
		o.Timeout = 30 * time.Second
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.ResponseHeaderTimeout = o.Timeout
	client, err := minio.New(end.Host, &minio.Options{
		Creds:        credentials.NewStaticV4(o.AccessKey, o.SecretKey, ""),
		Secure:       end.Scheme == "https",
		Region:       o.Region,
		Transport:    transport,
		MaxRetries:   2,
		BucketLookup: minio.BucketLookupPath,
	})
	if err != nil {
		return nil, fmt.Errorf("bucket %s: %w", address, err)
	}
	prefix := strings.Trim(at.Path, "/")
	if prefix != "" {
		prefix += "/"
	}
	return &Bucket{client, at.Host, prefix, "s3://" + at.Host + "/" + prefix}, nil
}

// Read fetches an object.
func (b *Bucket) Read(ctx context.Context, path string, limit int64) ([]byte, error) {
	object, err := b.client.GetObject(ctx, b.name, b.prefix+path, minio.GetObjectOptions{})
	if err != nil {
		return nil, b.fault(path, err)
	}
	data, err := io.ReadAll(io.LimitReader(object, limit+1))
	if err := errors.Join(err, object.Close()); err != nil {
		return nil, b.fault(path, err)
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("%s%s has more than %d bytes: %w", b.shown, path, limit, stat.ErrInvalid)
	}
	return data, nil
}

// Write puts an object.
func (b *Bucket) Write(ctx context.Context, path string, data []byte) error {
	_, err := b.client.PutObject(ctx, b.name, b.prefix+path, bytes.NewReader(data), int64(len(data)),
		minio.PutObjectOptions{ContentType: "application/octet-stream"})
	if err != nil {
		return b.fault(path, err)
	}
	return nil
}

// Delete removes the objects whose names begin with the folder.
func (b *Bucket) Delete(ctx context.Context, folder string) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	for o := range b.client.ListObjects(ctx, b.name, minio.ListObjectsOptions{Prefix: b.prefix + folder + "/", Recursive: true}) {
		if o.Err != nil {
			return b.fault(folder, o.Err)
		}
		err := b.client.RemoveObject(ctx, b.name, o.Key, minio.RemoveObjectOptions{})
		if err = b.fault(folder, err); err != nil && !isMissing(err) {
			return err
		}
	}
	return nil
}

func (b *Bucket) String() string { return b.shown }

func (b *Bucket) fault(path string, err error) error {
	if err == nil {
		return nil
	}
	var response minio.ErrorResponse
	if errors.As(err, &response) && (response.Code == "NoSuchKey" || response.StatusCode == http.StatusNotFound && response.Code != "NoSuchBucket") {
		return fmt.Errorf("%s%s: %w", b.shown, path, stat.ErrNotFound)
	}
	return fmt.Errorf("%s%s: %w", b.shown, path, err)
}

// isMissing reports whether an error says that a file is not there, in a folder or in a bucket.
func isMissing(err error) bool {
	return errors.Is(err, stat.ErrNotFound) || errors.Is(err, fs.ErrNotExist)
}
