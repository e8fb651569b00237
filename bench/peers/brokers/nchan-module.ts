/** Where Debian's `libnginx-mod-nchan` puts it. */
export const NCHAN_MODULE = '/usr/lib/nginx/modules/ngx_nchan_module.so'
