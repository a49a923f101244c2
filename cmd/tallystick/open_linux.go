package main

import (
	"errors"
	"os"
	"syscall"
)

// The commands of fcntl(2) for leases, which the package syscall does not name.
const (
	setLease = 1024 // F_SETLEASE
	readOnly = 0    // F_RDLCK
	noLease  = 2    // F_UNLCK
)

// isWritten reports whether somebody has the file open for writing. Linux gives a lease for reading only on a file that
// nobody does; the lease is given back at once. Where leases are not possible, the answer is no.
func isWritten(f *os.File) bool {
	conn, err := f.SyscallConn()
	if err != nil {
		return false
	}
	written := false
	err = conn.Control(func(fd uintptr) {
		_, _, errno := syscall.Syscall(syscall.SYS_FCNTL, fd, setLease, readOnly)
		if errno == 0 {
			_, _, _ = syscall.Syscall(syscall.SYS_FCNTL, fd, setLease, noLease)
		}
		written = errors.Is(errno, syscall.EAGAIN)
	})
	return err == nil && written
}
