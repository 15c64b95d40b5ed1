// Package cmp holds the cryptographic materials providers.
package cmp
