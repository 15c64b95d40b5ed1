package keystore

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/ddbcrypt/ddbcrypt/cmp"
)

// maxKeyFile is the largest file of a directory that is read, in bytes.
const maxKeyFile = 64 << 10

// OpenPEMDir opens a directory with one file for each alias:
//   - ALIAS.pem: one PEM block of an RSA or EC key, private or public, or a
//     certificate, of which only the public key is used;
//   - ALIAS.aes and ALIAS.hmac: a symmetric key of that kind in base64, as one line
//     that ends in a line feed, which shows that the file is complete.
//
// Other files, hidden ones and directories below are ignored; symbolic links are
// followed. A file of these names that is not such a key, two files for one alias,
// and a directory without a key are an [cmp.ErrConfig], which names the file and
// quotes nothing of it.
//
// Nothing but the permissions protects the keys: make the directory readable for
// one user only (0700, files 0600). Put a new file in place by renaming it.
func OpenPEMDir(dir string, options ...Option) (*Store, error) {
	return open(dir, source{
		observe: func() ([]sourceFile, error) { return keyFiles(dir) },
		load:    func() (entries, error) { return loadDir(dir) },
	}, options)
}

// keyFiles lists the files that hold keys, sorted by name.
func keyFiles(dir string) ([]sourceFile, error) {
	listed, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var files []sourceFile
	for _, entry := range listed {
		name := entry.Name()
		if alias, parse := keyFile(name); alias == "" || parse == nil {
			continue
		}
		info, err := os.Stat(filepath.Join(dir, name)) // of what a link leads to
		if err != nil {
			return nil, err
		}
		if info.IsDir() {
			continue
		}
		if !info.Mode().IsRegular() { // to read a pipe might not end
			return nil, fmt.Errorf("file %q is not a regular file", name)
		}
		files = append(files, sourceFile{name, info})
	}
	return files, nil
}

// keyFile takes the name of a file apart. Without a parser it is no key's.
func keyFile(name string) (alias string, parse func([]byte) (entry, error)) {
	if strings.HasPrefix(name, ".") {
		return "", nil
	}
	extension := filepath.Ext(name)
	return strings.TrimSuffix(name, extension), keyFileParsers[extension]
}

var keyFileParsers = map[string]func([]byte) (entry, error){
	".pem":  func(data []byte) (entry, error) { return newAsymmetric(cmp.PEM, data) },
	".aes":  func(data []byte) (entry, error) { return parseSymmetric(kindAES, data) },
	".hmac": func(data []byte) (entry, error) { return parseSymmetric(kindHMAC, data) },
}

func loadDir(dir string) (entries, error) {
	files, err := keyFiles(dir)
	if err != nil {
		return nil, err
	}
	all := make(entries, len(files))
	for _, file := range files {
		alias, parse := keyFile(file.name)
		data, err := readFile(filepath.Join(dir, file.name), maxKeyFile)
		if err != nil {
			return nil, err
		}
		e, err := parse(data)
		if err != nil {
			return nil, fmt.Errorf("file %q: %w", file.name, err)
		}
		if err := all.add(alias, e); err != nil {
			return nil, fmt.Errorf("file %q: %w", file.name, err)
		}
	}
	return all, nil
}

// parseSymmetric reads one line of base64. It does not wrap the decoder's error,
// which may quote what it read.
func parseSymmetric(kind kind, data []byte) (entry, error) {
	defer clear(data)
	line, ended := bytes.CutSuffix(data, []byte("\n"))
	line = bytes.TrimSuffix(line, []byte("\r"))
	if !ended || bytes.ContainsAny(line, "\r\n") {
		return entry{}, errors.New("it is not one line of base64 that ends in a line feed")
	}
	raw := make([]byte, base64.StdEncoding.DecodedLen(len(line)))
	n, err := base64.StdEncoding.Strict().Decode(raw, line)
	if err != nil {
		return entry{}, errors.New("its line is not base64")
	}
	return newSymmetric(kind, "", raw[:n])
}
