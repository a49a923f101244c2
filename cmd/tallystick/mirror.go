package main

import (
	"context"
	"flag"
	"fmt"

	"tallystick/internal/release"
)

func mirrorCommand() command {
	return command{
		name:    "mirror",
		args:    "STORE",
		summary: "copy the releases to a folder or an S3 bucket, or back, verified before they are shown",
		example: "TALLYSTICK_S3_ENDPOINT=https://s3.example.org tallystick mirror s3://bucket/releases\n" +
			"tallystick mirror -back -key 'example.org+8f2c+AY…' s3://bucket/releases",
		setup: func(fs *flag.FlagSet) func(context.Context, *program, []string) error {
			back := fs.Bool("back", false, "copy from the store into the installation")
			key := fs.String("key", "", "`public` key that the log must begin with, for -back (default $TALLYSTICK_PUBLIC_KEY, or any)")
			asJSON := fs.Bool("json", false, "print the result as JSON")
			return func(ctx context.Context, p *program, args []string) error {
				if len(args) != 1 {
					return usageError("name one store: a folder, or a bucket like s3://bucket/prefix")
				}
				store, err := p.store(args[0])
				if err != nil {
					return err
				}
				step := p.start("mirroring " + store.String())
				defer step.stop()
				var done release.Copied
				if *back {
					done, err = release.Pull(ctx, store, p.releases(), p.trusted(*key))
				} else {
					done, err = release.Push(ctx, p.releases(), store)
				}
				if err != nil {
					return err
				}
				if *asJSON {
					return writeJSON(p.stdout, done)
				}
				fmt.Fprintf(p.stdout, "copied %s, %s; both have %s in the log\n", plural(int64(len(done.Releases)), "release", "releases"),
					plural(int64(done.Files), "file", "files"), plural(done.Size, "entry", "entries"))
				return nil
			}
		},
	}
}

// trusted is the public key to trust: the flag's, or the installation's.
func (p *program) trusted(flag string) string {
	if flag != "" {
		return flag
	}
	return p.getenv("TALLYSTICK_PUBLIC_KEY")
}

// store opens a folder or a bucket; what a bucket needs besides its address is in the environment.
func (p *program) store(address string) (release.Store, error) {
	return release.OpenStore(address, release.BucketOptions{
		Endpoint:  p.getenv("TALLYSTICK_S3_ENDPOINT"),
		Region:    p.env("TALLYSTICK_S3_REGION", "us-east-1"),
		AccessKey: p.getenv("AWS_ACCESS_KEY_ID"),
		SecretKey: p.getenv("AWS_SECRET_ACCESS_KEY"),
	})
}
